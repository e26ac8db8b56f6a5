# SPDX-License-Identifier: GPL-2.0-or-later
# tb_hash(FILE VARIABLE): the file's SHA-256 in base64, as a content security policy names a script
# or a style by it. A change of the file configures anew.
function(tb_hash file variable)
    set(letters ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    file(SHA256 ${file} digits)
    set(text "")
    foreach(at RANGE 0 63 3) # 12 bits, two letters; the last time 4 bits and a zero octet's
        string(SUBSTRING "${digits}00" ${at} 3 three)
        math(EXPR high "0x${three} >> 6")
        math(EXPR low "0x${three} & 63")
        string(SUBSTRING ${letters} ${high} 1 first)
        string(SUBSTRING ${letters} ${low} 1 second)
        string(APPEND text ${first}${second})
    endforeach()
    # 32 octets are 43 letters and a sign of what is missing
    string(SUBSTRING ${text} 0 43 text)
    set(${variable} "${text}=" PARENT_SCOPE)
endfunction()
