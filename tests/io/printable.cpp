// Words of a file never command a terminal, break a line or spoil a report.
#include "io/printable.hpp"

#include "io/write.hpp"
#include "read_support.hpp"
#include "tests/io/write_support.hpp"

namespace tauvox::test {

TEST(Printable, LeavesTextOfAnyLanguageAsItIs) {
  for (const std::string text : {"", "/volume/labels", "Größe µm", "電極", "a\\b \"c\"", "\xf0\x9f\x94\x8b"})
    EXPECT_EQ(io::printable(text), text);
}

TEST(Printable, ShowsControlCharactersOfEveryKind) {
  EXPECT_EQ(io::printable("a\nb\tc\rd"), "a\\nb\\tc\\x0dd");
  EXPECT_EQ(io::printable("\x1b]0;title\x07"), "\\x1b]0;title\\x07");
  EXPECT_EQ(io::printable("\x7f"), "\\u007f");
  EXPECT_EQ(io::printable("\xc2\x9b"
                          "31m"),
            "\\u009b31m");  // C1: a one-character escape sequence
  EXPECT_EQ(io::printable("\xe2\x80\xae"
                          "fdp.exe"),
            "\\u202efdp.exe");                                             // right-to-left override
  EXPECT_EQ(io::printable("\xe2\x81\xa6\xe2\x80\xa8"), "\\u2066\\u2028");  // isolate, line separator
  EXPECT_EQ(io::printable("a\nb\tc\x1b", "\n\t"), "a\nb\tc\\x1b");
}

TEST(Printable, ShowsBytesThatAreNoUtf8AndOnlyThose) {
  EXPECT_EQ(io::printable("caf\xe9.h5"), "caf\\xe9.h5");
  EXPECT_EQ(io::printable("\xc3"), "\\xc3");                             // cut off
  EXPECT_EQ(io::printable("\xc0\x9b"), "\\xc0\\x9b");                    // overlong ESC
  EXPECT_EQ(io::printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");           // surrogate
  EXPECT_EQ(io::printable("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");  // beyond U+10FFFF
  for (int a = 0x80; a < 0x100; ++a) {
    const std::string text{static_cast<char>(a), 'x'};
    EXPECT_FALSE(io::is_utf8(text));
    EXPECT_TRUE(io::is_utf8(io::printable(text)));
  }
}

TEST(Printable, WhatAReaderTellsCanBeShownAndItsFileIsStillOpened) {
  const Folder folder;
  const std::string path = folder.write("a\x1b[31m\n\xe9.raw", std::vector<std::uint8_t>{0, 1});
  io::ReadOptions options;
  options.shape = {1, 1, 2};
  options.dtype = "uint8";
  const Volume volume = io::read_volume(path, options);
  EXPECT_TRUE(volume.path.ends_with("a\\x1b[31m\\n\\xe9.raw")) << volume.path;
}

}  // namespace tauvox::test
