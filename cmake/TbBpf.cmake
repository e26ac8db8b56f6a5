# SPDX-License-Identifier: GPL-2.0-or-later
# TbBpf.cmake - finds what builds the BPF programs: clang, bpftool and libbpf
#
# TB_BPF is AUTO (where they are there), ON (they must be) or OFF. Afterwards TB_HAVE_BPF says
# whether companion/bpf is built.

set(TB_BPF AUTO CACHE STRING "Build the BPF mechanism: AUTO, ON or OFF")
set_property(CACHE TB_BPF PROPERTY STRINGS AUTO ON OFF)

set(TB_HAVE_BPF FALSE)
if(TB_BPF STREQUAL "OFF")
    message(STATUS "BPF mechanism: left out, TB_BPF is OFF")
else()
    set(tb_bpf_missing "")
    if(NOT CMAKE_SYSTEM_NAME STREQUAL "Linux")
        list(APPEND tb_bpf_missing "Linux")
    endif()
    find_program(TB_BPF_CLANG NAMES clang clang-19 clang-18 clang-17 clang-16 clang-15 clang-14)
    if(NOT TB_BPF_CLANG)
        list(APPEND tb_bpf_missing "clang")
    else()
        # A clang may be built for its own machine only.
        execute_process(
            COMMAND "${TB_BPF_CLANG}" -target bpf -x c -c /dev/null -o /dev/null
            RESULT_VARIABLE tb_bpf_result OUTPUT_QUIET ERROR_QUIET)
        if(NOT tb_bpf_result EQUAL 0)
            list(APPEND tb_bpf_missing "a clang for BPF")
        endif()
    endif()
    # Where sbin is not in everybody's PATH
    find_program(TB_BPFTOOL NAMES bpftool PATHS /usr/sbin /sbin /usr/local/sbin)
    if(NOT TB_BPFTOOL)
        list(APPEND tb_bpf_missing "bpftool")
    endif()
    find_package(PkgConfig)
    if(PKG_CONFIG_FOUND)
        # 1.0 is the first whose functions return errors alike
        pkg_check_modules(LIBBPF IMPORTED_TARGET "libbpf>=1.0")
    endif()
    if(NOT LIBBPF_FOUND)
        list(APPEND tb_bpf_missing "libbpf 1.0")
    endif()

    if(NOT tb_bpf_missing)
        set(TB_HAVE_BPF TRUE)
        message(STATUS "BPF mechanism: built with ${TB_BPF_CLANG} and libbpf ${LIBBPF_VERSION}")
    else()
        list(JOIN tb_bpf_missing ", " tb_bpf_missing)
        if(TB_BPF STREQUAL "ON")
            message(FATAL_ERROR "TB_BPF is ON, but not found: ${tb_bpf_missing}")
        endif()
        message(STATUS "BPF mechanism: left out, not found: ${tb_bpf_missing}")
    endif()
endif()
