#include "api/uploaded_files.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sandbox {
namespace {

TEST(UploadedFiles, AreFoundByTheirNames) {
    UploadedFiles files;
    const std::string one = files.add("one");
    const std::string other = files.add("other");
    EXPECT_NE(one, other);
    EXPECT_EQ(*files.find(one), "one");
    EXPECT_EQ(*files.find(other), "other");
    EXPECT_EQ(files.find("x"), nullptr);
    EXPECT_EQ(files.find(""), nullptr);
}

TEST(UploadedFiles, AreTheLatestFew) {
    UploadedFiles files;
    std::vector<std::string> names;
    for (std::size_t i = 0; i <= UploadedFiles::most; ++i)
        names.push_back(files.add("file"));
    EXPECT_EQ(files.find(names.front()), nullptr);
    EXPECT_NE(files.find(names[1]), nullptr);
    EXPECT_NE(files.find(names.back()), nullptr);
}

} // namespace
} // namespace sandbox
