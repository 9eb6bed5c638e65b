// Which volumes a shard has.
#include "host/batch/volume_list.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "kernels/base/error.hpp"

namespace tauvox {

TEST(Shards, OfOneCountHaveEveryVolumeOnce) {
  for (const std::size_t count : {1, 2, 3, 7}) {
    for (std::size_t volume = 0; volume < 20; ++volume) {
      std::size_t holders = 0;
      for (std::size_t i = 1; i <= count; ++i)
        holders += shard_from(std::to_string(i) + "/" + std::to_string(count)).has(volume) ? 1 : 0;
      EXPECT_EQ(holders, 1u) << volume << " of " << count;
    }
  }
  EXPECT_TRUE(shard_from("0/3").has(6));
  EXPECT_TRUE(shard_from("3/3").has(6));
  EXPECT_TRUE(shard_from("").is_all());
}

TEST(Shards, ThatAreNoneAreRefused) {
  for (const char* text : {"/", "1", "1/", "/1", "4/3", "-1/3", "+1/3", "1/0", "0/0", " 1/3", "1/3 ", "1/3/4",
                           "1.0/3", "0x1/3", "99999999999999999999/3"})
    EXPECT_THROW(shard_from(text), Error) << text;
}

TEST(Volumes, OfAListAreReadAsEditorsAndTablesWriteThem) {
  const std::string folder = testing::TempDir() + "lists/";
  std::filesystem::create_directories(folder);
  std::ofstream(folder + "blank ") << "";
  std::ofstream(folder + "list.txt", std::ios::binary)
      << "\xef\xbb\xbf"
         "a.h5\r\nb c.h5 \t\r\n\r\n  \n # no volume\n#nor this\n\td.h5\r\r\nblank \nlast.h5";
  std::vector<std::string> expected;
  for (const char* name : {"a.h5", "b c.h5", "d.h5", "blank ", "last.h5"}) expected.push_back(folder + name);
  EXPECT_EQ(volumes_of({}, folder + "list.txt"), expected);
}

TEST(Volumes, ABracketInAMissingNameIsPartOfIt) {
  const std::string missing = testing::TempDir() + "no_such_folder/scan[1].h5";
  EXPECT_EQ(volumes_of({missing}, ""), std::vector{missing});
  EXPECT_THROW(volumes_of({testing::TempDir() + "no_such_folder/scan[1]*.h5"}, ""), Error);
}

}  // namespace tauvox
