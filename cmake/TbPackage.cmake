# SPDX-License-Identifier: GPL-2.0-or-later
# TbPackage.cmake - Debian packages by cpack: the plugin, for the Wireshark at hand, and the tools
#
# cpack asks dpkg-shlibdeps for what a program links. The plugin links nothing of Wireshark's - it
# finds the symbols in the program that loads it - so what it depends on is said here: the package of
# the libwireshark whose headers it was built with, which is another one in each minor version.
include(GNUInstallDirs)

set(TB_DOC_DIR "${CMAKE_INSTALL_DATADIR}/doc")
set(TB_PACKAGING "${PROJECT_SOURCE_DIR}/packaging/debian")
set(TB_PACKAGED "${PROJECT_BINARY_DIR}/packaging")
find_program(TB_GZIP gzip)
find_program(TB_DPKG_QUERY dpkg-query)

# tb_install_compressed(FILE DESTINATION NAME COMPONENT): as Debian keeps manuals and changelogs
function(tb_install_compressed file destination name component)
    if(NOT TB_GZIP)
        install(FILES "${file}" DESTINATION "${destination}" RENAME "${name}" COMPONENT ${component})
        return()
    endif()
    string(MAKE_C_IDENTIFIER "${destination}_${name}" target)
    set(compressed "${TB_PACKAGED}/${destination}/${name}.gz")
    get_filename_component(folder "${compressed}" DIRECTORY)
    add_custom_command(OUTPUT "${compressed}"
        COMMAND ${CMAKE_COMMAND} -E make_directory "${folder}"
        COMMAND ${TB_GZIP} -9nc "${file}" > "${compressed}"
        DEPENDS "${file}" VERBATIM)
    add_custom_target(${target} ALL DEPENDS "${compressed}")
    install(FILES "${compressed}" DESTINATION "${destination}" COMPONENT ${component})
endfunction()

# Every Debian package has its copyright and its changelog.
foreach(component plugin tools)
    install(FILES "${TB_PACKAGING}/copyright" DESTINATION "${TB_DOC_DIR}/tcp-breath-${component}"
        COMPONENT ${component})
    tb_install_compressed("${TB_PACKAGING}/changelog" "${TB_DOC_DIR}/tcp-breath-${component}"
        changelog ${component})
endforeach()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME tcp-breath)
set(CPACK_PACKAGE_VERSION "${PROJECT_VERSION}")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "") # each package has its own
set(CPACK_PACKAGE_CONTACT "The tcp-breath developers <tcp-breath@example.org>")
set(CPACK_PACKAGE_DIRECTORY "${PROJECT_BINARY_DIR}/packages")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL tools)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(CPACK_DEBIAN_TOOLS_PACKAGE_NAME tcp-breath-tools)
set(CPACK_DEBIAN_TOOLS_DESCRIPTION
    "sockets and network interfaces in plain words, captures with processes
breath says who listens and who is connected, which process that is, why a
port is taken and what a network interface is for, in English or Japanese.
breathdump captures packets, records which process has each end of a
connection, and gives Wireshark interfaces such as TCP Breath: lo.")
set(CPACK_DEBIAN_TOOLS_PACKAGE_DEPENDS "debconf (>= 0.5) | debconf-2.0")
set(CPACK_DEBIAN_TOOLS_PACKAGE_RECOMMENDS "libcap2-bin, tcp-breath-plugin, tshark")
set(CPACK_DEBIAN_TOOLS_PACKAGE_CONTROL_EXTRA "${TB_PACKAGED}/control/config"
    "${TB_PACKAGED}/control/postinst" "${TB_PACKAGED}/control/postrm"
    "${TB_PACKAGING}/templates")
# The rights that the group gets stand in one place: breathdump's own.
file(STRINGS "${PROJECT_SOURCE_DIR}/quickstart" TB_CAPTURE_RIGHTS REGEX "^capture_rights=")
string(REGEX REPLACE "^capture_rights='?([^']*)'?$" "\\1" TB_CAPTURE_RIGHTS "${TB_CAPTURE_RIGHTS}")
foreach(script config postinst postrm)
    configure_file("${TB_PACKAGING}/tools.${script}.in" "${TB_PACKAGED}/control/${script}" @ONLY
        FILE_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ
            WORLD_EXECUTE)
endforeach()

# "libwireshark16 (>= 4.0), libwireshark16 (<< 4.1~)" as dpkg knows the file; empty: it does not
function(tb_wireshark_dependency result)
    set(${result} "" PARENT_SCOPE)
    if(NOT TB_DPKG_QUERY)
        return()
    endif()
    execute_process(COMMAND ${TB_DPKG_QUERY} -S "*/${CMAKE_LIBRARY_ARCHITECTURE}/libwireshark.so.*"
        OUTPUT_VARIABLE owners ERROR_QUIET)
    string(REGEX MATCH "libwireshark[0-9][^:, \n]*" package "${owners}")
    if(NOT package)
        return()
    endif()
    math(EXPR next "${Wireshark_MINOR_VERSION} + 1")
    set(${result} "${package} (>= ${TB_WIRESHARK_XY}), ${package} (<< ${Wireshark_MAJOR_VERSION}.${next}~)"
        PARENT_SCOPE)
endfunction()

if(TB_PLUGIN)
    list(APPEND CPACK_COMPONENTS_ALL plugin)
    tb_wireshark_dependency(CPACK_DEBIAN_PLUGIN_PACKAGE_DEPENDS)
    set(CPACK_DEBIAN_PLUGIN_PACKAGE_NAME tcp-breath-plugin)
    # Not "wireshark | tshark": apt 3 then takes tshark, which the tools recommend, and nobody has a window.
    set(CPACK_DEBIAN_PLUGIN_PACKAGE_RECOMMENDS "wireshark, tcp-breath-tools")
    set(CPACK_DEBIAN_PLUGIN_DESCRIPTION
        "Wireshark plugin that says of every TCP segment what it is doing
One more layer under every TCP segment, in Wireshark and in tshark: its phase,
the states of both ends, which frame answers which and how long that took, a
sentence in English or Japanese, and the process behind each port where the
capture knows it.")
endif()

include(CPack)
