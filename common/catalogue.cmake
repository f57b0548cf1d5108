# SPDX-License-Identifier: Apache-2.0
# tz_catalogue(<domain> <target> <folder>...): the Chinese messages of a program.
# Compiles <first folder>/po/zh_CN.po to <build folder of the target>/locale/zh_CN/LC_MESSAGES/<domain>.mo, where
# tz_i18n_start finds it beside the executable, installs it, and registers the test po-<domain>, which fails when a
# message in the C sources of one of the folders has no translation.
function(tz_catalogue domain target)
  list(GET ARGN 0 home)
  set(po ${home}/po/zh_CN.po)
  get_target_property(binary_dir ${target} BINARY_DIR)
  set(mo ${binary_dir}/locale/zh_CN/LC_MESSAGES/${domain}.mo)
  get_filename_component(mo_dir ${mo} DIRECTORY)
  add_custom_command(
    OUTPUT ${mo}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${mo_dir}
    COMMAND ${MSGFMT} --check -o ${mo} ${po}
    DEPENDS ${po}
    VERBATIM)
  add_custom_target(catalogue-${domain} DEPENDS ${mo})
  add_dependencies(${target} catalogue-${domain})
  install(FILES ${mo} DESTINATION ${CMAKE_INSTALL_LOCALEDIR}/zh_CN/LC_MESSAGES)
  if(TZ_TESTS)
    add_test(NAME po-${domain} COMMAND sh ${PROJECT_SOURCE_DIR}/tests/checks/po.sh ${po} ${ARGN})
    set_tests_properties(po-${domain} PROPERTIES LABELS check TIMEOUT 60)
  endif()
endfunction()
