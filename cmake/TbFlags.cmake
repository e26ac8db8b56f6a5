# SPDX-License-Identifier: GPL-2.0-or-later
# TbFlags.cmake - tb_flags: one set of warnings and hardening for every target

add_library(tb_flags INTERFACE)
target_compile_options(tb_flags INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes
    -Wvla -Wcast-qual -Wpointer-arith -Wundef -Wwrite-strings -Wimplicit-fallthrough
    -Wformat=2 -Wswitch-enum)
if(TB_WERROR)
    target_compile_options(tb_flags INTERFACE -Werror)
endif()

if(TB_SANITIZE)
    target_compile_options(tb_flags INTERFACE
        -fsanitize=${TB_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(tb_flags INTERFACE -fsanitize=${TB_SANITIZE})
else()
    # _FORTIFY_SOURCE wants an optimised build, and gets in the sanitizers' way
    set(TB_HARDENING -fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
    if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
        list(APPEND TB_HARDENING -fcf-protection)
    endif()
    target_compile_options(tb_flags INTERFACE "$<$<CONFIG:Release>:${TB_HARDENING}>")
    if(NOT APPLE)
        target_link_options(tb_flags INTERFACE
            "$<$<CONFIG:Release>:LINKER:-z,relro,-z,now,-z,noexecstack>")
    endif()
endif()

# What a program that is not sanitized itself must be started with to load a sanitized plugin.
set(TB_PRELOAD "")
if(TB_SANITIZE MATCHES "address")
    if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
        set(tb_runtime libasan.so)
    else()
        set(tb_runtime libclang_rt.asan-${CMAKE_SYSTEM_PROCESSOR}.so)
    endif()
    execute_process(
        COMMAND ${CMAKE_C_COMPILER} -print-file-name=${tb_runtime}
        OUTPUT_VARIABLE tb_runtime OUTPUT_STRIP_TRAILING_WHITESPACE)
    get_filename_component(TB_PRELOAD "${tb_runtime}" REALPATH)
endif()

# tb_optimise_whole(TARGET...): an optimised build sees through the borders of these targets' files.
# What they are linked into that is not told so itself takes them as if nothing had happened.
set(TB_WHOLE "")
if(CMAKE_C_COMPILER_ID STREQUAL "GNU" AND NOT TB_SANITIZE)
    set(TB_WHOLE -flto=auto -ffat-lto-objects)
endif()
function(tb_optimise_whole)
    foreach(target IN LISTS ARGN)
        target_compile_options(${target} PRIVATE "$<$<CONFIG:Release>:${TB_WHOLE}>")
        target_link_options(${target} PRIVATE "$<$<CONFIG:Release>:${TB_WHOLE}>")
    endforeach()
endfunction()
