/* SPDX-License-Identifier: GPL-2.0-or-later */
/* shelf.c - what is kept of a frame's TCP headers, found again on later visits
 *
 * A frame's number changes (`-2 -R` counts anew), and its struct moves (tshark copies it after the
 * first visit), but its place in the file stays. Frames come in the order of their places, so a row
 * in order is enough, and most often the next one is asked for. Where they do not come so - several
 * records of a file in one place, a capture that goes on in another file - and where a file may be
 * saved and read on, which changes the places, Wireshark keeps them. */
#include "shelf.h"

#include "fields.h"

enum {
    SLOT_BITS = 10,
    SLOTS = 1 << SLOT_BITS, /* of a board */
    FIRST_BOARDS = 8
};

struct slot {
    void *kept;
    int64_t place; /* octets from the file's beginning; they never descend */
    uint32_t key;
    uint32_t frame; /* its number on the first visit */
};

static struct slot **boards; /* full ones, and the last; room for a power of two */
static size_t count;         /* slots in use */
static size_t latest;        /* the slot that was found last */
static bool elsewhere;       /* Wireshark keeps some */

void tb_shelf_reset(bool places_stay)
{
    boards = NULL;
    count = 0;
    latest = 0;
    elsewhere = !places_stay;
}

static struct slot *slot_at(size_t index)
{
    return &boards[index >> SLOT_BITS][index & (SLOTS - 1)];
}

/* The first slot that is not before `place`; `count`: there is none. */
static size_t search(int64_t place)
{
    size_t low = 0;
    size_t high = count;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;

        if (slot_at(middle)->place < place)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_first_of(size_t index, int64_t place)
{
    return index < count && slot_at(index)->place == place &&
           (index == 0 || slot_at(index - 1)->place < place);
}

static size_t first_of(int64_t place)
{
    if (is_first_of(latest, place))
        return latest;
    return is_first_of(latest + 1, place) ? latest + 1 : search(place);
}

/* `frame` 0: whatever its number. */
static void *find_slot(int64_t place, uint32_t key, uint32_t frame)
{
    for (size_t i = first_of(place); i < count && slot_at(i)->place == place; i++) {
        const struct slot *slot = slot_at(i);

        if (slot->key == key && (frame == 0 || slot->frame == frame)) {
            latest = i;
            return slot->kept;
        }
    }
    return NULL;
}

void *tb_shelf_find(packet_info *pinfo, uint32_t key)
{
    const bool again = PINFO_FD_VISITED(pinfo);
    const int64_t place = pinfo->fd->file_off;
    void *kept = NULL;

    if (count == 0 && !elsewhere)
        return NULL;
    if (!elsewhere && !again && slot_at(count - 1)->place < place)
        return NULL; /* as most first visits */
    if (elsewhere)
        kept = p_get_proto_data(wmem_file_scope(), pinfo, tb_proto, key);
    return kept != NULL || count == 0 ? kept : find_slot(place, key, again ? 0 : pinfo->num);
}

static void add_board(void)
{
    const size_t used = count >> SLOT_BITS;
    const size_t size = sizeof(struct slot *);

    if (used == 0)
        boards = (struct slot **)wmem_alloc(wmem_file_scope(), FIRST_BOARDS * size);
    else if (used >= FIRST_BOARDS && (used & (used - 1)) == 0)
        boards = (struct slot **)wmem_realloc(wmem_file_scope(), boards, 2 * used * size);
    boards[used] = (struct slot *)wmem_alloc(wmem_file_scope(), SLOTS * sizeof(struct slot));
}

/* Not where another frame has the place, or a later one. */
static bool fits_in(int64_t place, uint32_t frame)
{
    const struct slot *last = count == 0 ? NULL : slot_at(count - 1);

    return last == NULL || place > last->place || (place == last->place && frame == last->frame);
}

void tb_shelf_put(packet_info *pinfo, uint32_t key, void *kept)
{
    const int64_t place = pinfo->fd->file_off;

    if (elsewhere || !fits_in(place, pinfo->num)) {
        elsewhere = true;
        p_add_proto_data(wmem_file_scope(), pinfo, tb_proto, key, kept);
        return;
    }
    if ((count & (SLOTS - 1)) == 0)
        add_board();
    *slot_at(count) = (struct slot){ kept, place, key, pinfo->num };
    count++;
}
