// Chunks of HDF5: every way to store them is read, whole and in part; what is missing or damaged is refused.
#ifdef TAUVOX_HAVE_HDF5

#include <algorithm>
#include <chrono>

#include "io/read.hpp"
#include "read_support.hpp"

namespace tauvox::test {
namespace {

using namespace std::string_literals;

class ReadHdf5Chunks : public ::testing::TestWithParam<const char*> {};

TEST_P(ReadHdf5Chunks, GiveTheFormulaWholeAndCropped) {
  const std::string path = fixture("chunks_"s + GetParam() + ".h5");
  expect_formula(io::read_volume(path));
  io::ReadOptions options;
  options.crop = io::Crop{{1, 3, 5}, {4, 9, 12}};
  expect_formula(io::read_volume(path, options), {7, 6, 3}, {1, 3, 5});
  options.crop = io::Crop{{4, 6, 8}, {5, 7, 9}};
  expect_formula(io::read_volume(path, options), {1, 1, 1}, {4, 6, 8});
}

INSTANTIATE_TEST_SUITE_P(Files, ReadHdf5Chunks,
                         ::testing::Values("uneven", "deep", "big_endian", "half", "plain", "scale_offset",
                                           "scale_gzip", "szip", "masked", "two_deflates", "sum_inside",
                                           "bare_edges", "latest_fixed", "latest_one", "latest_any"),
                         [](const auto& parameter) { return std::string(parameter.param); });

TEST(ReadHdf5, ChunksThatWereNeverWrittenAreNoZeros) {
  const Refusal part = refused(fixture("part.h5"), with_dataset("volume"));
  EXPECT_EQ(part.code, 3);
  EXPECT_SAYS(part, "5 of 8 chunks are stored");
  EXPECT_SAYS(part, "begins at 3,0,0");
  EXPECT_SAYS(part, "h5repack -l CONTI");
  const Refusal filled = refused(fixture("part.h5"), with_dataset("filled"));
  EXPECT_EQ(filled.code, 3);
  EXPECT_SAYS(filled, "the fill value 7");
  for (const char* name : {"none", "never"})
    EXPECT_EQ(refused(fixture("part.h5"), with_dataset(name)).code, 3);
  EXPECT_SAYS(refused(fixture("part.h5"), with_dataset("none")), "0 of 8 chunks");
  EXPECT_SAYS(refused(fixture("part.h5"), with_dataset("never")), "never written");
}

TEST(ReadHdf5, ACropWhoseChunksAreAllThereIsRead) {
  io::ReadOptions options = with_dataset("volume");
  options.crop = io::Crop{{0, 0, 0}, {3, -1, -1}};
  expect_formula(io::read_volume(fixture("part.h5"), options), {14, 10, 3});
  options.crop = io::Crop{{1, 1, 7}, {6, 5, 13}};
  expect_formula(io::read_volume(fixture("part.h5"), options), {6, 4, 5}, {1, 1, 7});
  options.crop = io::Crop{{1, 1, 6}, {6, 5, 13}};
  EXPECT_SAYS(refused(fixture("part.h5"), options), "begins at 3,0,0");
}

TEST(ReadHdf5, BillionsOfMissingChunksAreNoHang) {
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(refused(fixture("part.h5"), with_dataset("tiny_chunks")).code, 3);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

TEST(ReadHdf5, AChunkThatUnpacksToAnotherSizeIsNamed) {
  const std::vector<std::pair<std::string, std::string>> damages{{"short", "104 bytes in place of 105"},
                                                                 {"long", "more than its 105 bytes"},
                                                                 {"empty", "0 bytes in place of 105"},
                                                                 {"bomb", "more than its 105 bytes"},
                                                                 {"cut", "end early"},
                                                                 {"noise", "zlib says"},
                                                                 {"masked_short", "101 bytes"},
                                                                 {"less", "80 bytes"},
                                                                 {"more", "200 bytes in place of 105"},
                                                                 {"flipped", "fletcher32"}};
  for (const auto& [name, words] : damages) {
    const Refusal refusal = refused(fixture("chunk_" + name + ".h5"));
    EXPECT_EQ(refusal.code, 3) << name;
    EXPECT_SAYS(refusal, "chunk that begins at 3,5,0");
    EXPECT_SAYS(refusal, words);
    io::ReadOptions options;  // the others are good
    options.crop = io::Crop{{0, 0, 0}, {3, -1, -1}};
    expect_formula(io::read_volume(fixture("chunk_" + name + ".h5"), options), {14, 10, 3});
  }
}

TEST(ReadHdf5, ABoolIsNothingButZeroAndOne) {
  const Refusal refusal = refused(fixture("not_bool.h5"));
  EXPECT_EQ(refusal.code, 4);
  EXPECT_SAYS(refusal, "one of them is 37");
}

}  // namespace
}  // namespace tauvox::test

#endif
