# The manual pages, made of what the pages under docs/ say (make_pages.py), where lowdown and Python are there to make them.
find_program(LOWDOWN lowdown)
find_program(PYTHON python3)
if(LOWDOWN AND PYTHON)
  set(manual_tool ${CMAKE_CURRENT_LIST_DIR}/make_pages.py)
  set(manual ${PROJECT_BINARY_DIR}/manual)
  file(GLOB manual_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/docs/*.md ${CMAKE_CURRENT_LIST_DIR}/*.md)
  add_custom_command(OUTPUT ${manual}/.made
    COMMAND ${CMAKE_COMMAND} -E rm -rf ${manual}
    COMMAND ${PYTHON} ${manual_tool} $<TARGET_FILE:coretap> ${PROJECT_VERSION} ${manual}
    COMMAND ${CMAKE_COMMAND} -E touch ${manual}/.made
    DEPENDS coretap ${manual_tool} ${manual_sources}
    COMMENT "Making the manual pages" VERBATIM)
  add_custom_target(manual ALL DEPENDS ${manual}/.made)
  install(DIRECTORY ${manual}/ DESTINATION ${CMAKE_INSTALL_MANDIR} OPTIONAL FILES_MATCHING PATTERN "*.gz")
else()
  message(STATUS "There will be no manual pages: lowdown and python3 make them")
  add_custom_target(manual COMMAND ${CMAKE_COMMAND} -E echo "lowdown and python3 make the manual pages; one is missing" COMMAND false)
endif()
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR} FILES_MATCHING PATTERN "*.md" PATTERN "*.svg" PATTERN man EXCLUDE)
