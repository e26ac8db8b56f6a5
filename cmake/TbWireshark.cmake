# SPDX-License-Identifier: GPL-2.0-or-later
# TbWireshark.cmake - finds Wireshark and GLib, and the folder that the plugin is built in

set(TB_WIRESHARK_SUPPORTED 4.0 4.2 4.4 4.6)

find_package(Wireshark CONFIG QUIET)
if(NOT Wireshark_FOUND)
    message(FATAL_ERROR
        " tcp-breath: Wireshark's development files: not found (-DTB_PLUGIN=OFF does without)")
endif()
set(TB_WIRESHARK_XY "${Wireshark_MAJOR_VERSION}.${Wireshark_MINOR_VERSION}")
if(NOT TB_WIRESHARK_XY IN_LIST TB_WIRESHARK_SUPPORTED)
    list(JOIN TB_WIRESHARK_SUPPORTED ", " tb_list)
    message(FATAL_ERROR
        " tcp-breath: Wireshark ${Wireshark_VERSION}: not supported (supported: ${tb_list})")
endif()
if(NOT Wireshark_PLUGINS_ENABLED)
    message(FATAL_ERROR " tcp-breath: Wireshark ${Wireshark_VERSION}: built without plugins")
endif()
message(STATUS "Wireshark ${Wireshark_VERSION}")

find_package(PkgConfig REQUIRED)
pkg_check_modules(GLIB REQUIRED IMPORTED_TARGET glib-2.0)

# What runs uninstalled: WIRESHARK_PLUGIN_DIR=<build>/wireshark/plugins
set(TB_PLUGIN_OUTPUT_DIR "${CMAKE_BINARY_DIR}/wireshark/plugins/${TB_WIRESHARK_XY}/epan")

# The plugin leaves Wireshark's symbols to the program that loads it, so its headers are all it
# needs. They are not ours to warn about.
add_library(tb_wireshark INTERFACE)
target_include_directories(tb_wireshark SYSTEM INTERFACE "${Wireshark_INCLUDE_DIR}")
target_link_libraries(tb_wireshark INTERFACE PkgConfig::GLIB)
