// Texts of debug information that have no end: they are not read, and what is whole beside them is.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "debug_test.h"

namespace coretap::debug {
namespace {

TEST(Texts, InADieWithoutAnEnd) {
  const auto whole =
      open_module(compile("endless.s", {"gcc", "-x assembler -Wa,--defsym,ENDED=1"}));
  EXPECT_TRUE(whole->type_named("struct last"));
  const auto cut = open_module(compile("endless.s", {"gcc", "-x assembler"}));
  EXPECT_TRUE(cut->type_named("struct named"));
  EXPECT_FALSE(cut->type_named("struct last"));
}

TEST(Texts, InASectionWithoutAnEnd) {
  for (const auto& [flags, section] :
       {std::pair{"-gdwarf-4", ".debug_str"}, {"-gdwarf-5", ".debug_line_str"}}) {
    const std::string whole = compile("variables.c", {"gcc", flags});
    const std::string cut = work_directory() + "/cut" + section;
    const std::string place = "readelf -SW " + whole + " | sed 's/.*] //' | awk '$1 == \"" +
                              section + "\" { print $4, $5 }'";
    unsigned offset = 0, size = 0;
    ASSERT_EQ(sscanf(shell(place).c_str(), "%x %x", &offset, &size), 2) << section;
    std::ifstream file(whole, std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(file), {}};
    ASSERT_EQ(bytes.at(offset + size - 1), '\0');
    bytes[offset + size - 1] = 'x';
    std::ofstream(cut, std::ios::binary) << bytes;
    const auto module = open_module(cut);
    EXPECT_FALSE(module->has_dwarf());
    EXPECT_EQ(module->dwarf_error().message, "the debug information in '" + cut +
                                                 "' is damaged: the last text in its " + section +
                                                 " has no end");
  }
}

}  // namespace
}  // namespace coretap::debug
