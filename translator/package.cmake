# The Debian package, which CPack makes of what `cmake --install` installs: `./dev package`. Only what a package needs besides is here.
#
# What compiles scripts is needed and not recommended: without it coretap only lists. The -dev packages have the headers of
# generated kernel code, and the libraries that a built binary is linked with.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME coretap)
set(CPACK_PACKAGE_CONTACT "the coretap authors <coretap@example.org>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "compiler from SystemTap's language to eBPF")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS
  "g++, clang, lld, binutils, libc6-dev, linux-libc-dev, libbpf-dev, libelf-dev, libdw-dev, zlib1g-dev, libbz2-dev, liblzma-dev")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS libdebuginfod1)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS libc6-dbg)
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
  "coretap compiles scripts in SystemTap's language to eBPF programs and runs
them, or links them into one static executable that needs no compiler, headers
or debug information where it runs. No kernel module is built.")

# A package's own papers (Debian Policy, 12.5 and 12.7): of the licenses, what Debian has in a file is only named.
set(papers ${PROJECT_BINARY_DIR}/papers)
file(CONFIGURE OUTPUT ${papers}/changelog CONTENT "coretap (${PROJECT_VERSION}) bookworm; urgency=medium

  * See the repository's history.

 -- ${CPACK_PACKAGE_CONTACT}  Sun, 29 Nov 2026 00:00:00 +0000
")
find_program(GZIP gzip REQUIRED)
execute_process(COMMAND ${GZIP} -9nf ${papers}/changelog COMMAND_ERROR_IS_FATAL ANY)
install(FILES ${papers}/changelog.gz DESTINATION ${CMAKE_INSTALL_DOCDIR})
file(READ LICENSE license)
string(FIND "${license}" "=====" texts)
string(SUBSTRING "${license}" 0 ${texts} choice)
string(FIND "${license}" "2. BSD 2-Clause License\n" bsd REVERSE)
string(SUBSTRING "${license}" ${bsd} -1 bsd_text)
file(CONFIGURE OUTPUT ${papers}/copyright CONTENT "${choice}
1. GNU Lesser General Public License, version 2.1

On Debian systems its text is in /usr/share/common-licenses/LGPL-2.1.

${bsd_text}" @ONLY)
install(FILES ${papers}/copyright DESTINATION ${CMAKE_INSTALL_DOCDIR})
include(CPack)
