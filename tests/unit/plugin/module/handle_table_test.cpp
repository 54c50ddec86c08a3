#include "module/handle_table.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <thread>
#include <vector>

namespace job_engine {
namespace {

using Table = HandleTable<int, 1>;

TEST(HandleTable, FindsWhatWasAdded) {
    Table table;
    const auto first = table.add(std::make_shared<int>(1));
    const auto second = table.add(std::make_shared<int>(2));
    EXPECT_NE(first, 0U);
    EXPECT_EQ(*table.find(first), 1);
    EXPECT_EQ(*table.find(second), 2);
    EXPECT_FALSE(table.empty());
}

TEST(HandleTable, RecognisesAHandleThatWasGivenUp) {
    Table table;
    const auto old = table.add(std::make_shared<int>(1));
    EXPECT_EQ(*table.remove(old), 1);
    EXPECT_EQ(table.find(old), nullptr);
    EXPECT_EQ(table.remove(old), nullptr);
    EXPECT_TRUE(table.empty());
    const auto next = table.add(std::make_shared<int>(2)); // in the same slot
    EXPECT_NE(next, old);
    EXPECT_EQ(table.find(old), nullptr);
    EXPECT_EQ(*table.find(next), 2);
}

TEST(HandleTable, RecognisesWhatItNeverGave) {
    Table table;
    HandleTable<int, 2> other;
    const auto handle = table.add(std::make_shared<int>(1));
    const auto of_other_kind = other.add(std::make_shared<int>(2));
    EXPECT_EQ(table.find(of_other_kind), nullptr);
    EXPECT_EQ(other.find(handle), nullptr);
    for (const std::uintptr_t forged :
         {std::uintptr_t{0}, std::uintptr_t{1}, handle + 1, handle + 4, handle ^ 1, ~std::uintptr_t{0},
          reinterpret_cast<std::uintptr_t>(&table)}) {
        EXPECT_EQ(table.find(forged), nullptr) << forged;
        EXPECT_EQ(table.remove(forged), nullptr) << forged;
    }
    EXPECT_EQ(*table.find(handle), 1);
}

TEST(HandleTable, NeverGivesAHandleTwice) {
    Table table;
    std::set<std::uintptr_t> seen;
    for (int i = 0; i < 1000; ++i) {
        const auto handle = table.add(std::make_shared<int>(i));
        EXPECT_TRUE(seen.insert(handle).second);
        if (i % 3 != 0)
            table.remove(handle);
    }
}

TEST(HandleTable, KeepsAFoundObjectAliveAfterItsRemoval) {
    Table table;
    const auto handle = table.add(std::make_shared<int>(7));
    const auto found = table.find(handle);
    table.remove(handle);
    EXPECT_EQ(*found, 7);
    EXPECT_EQ(found.use_count(), 1);
}

TEST(HandleTable, IsSharedByThreads) {
    Table table;
    const auto use = [&table](int number) {
        for (int i = 0; i < 2000; ++i) {
            const auto handle = table.add(std::make_shared<int>(number));
            EXPECT_EQ(*table.find(handle), number);
            EXPECT_EQ(*table.remove(handle), number);
        }
    };
    std::vector<std::thread> threads;
    threads.reserve(4);
    for (int number = 0; number < 4; ++number)
        threads.emplace_back(use, number);
    for (auto& thread : threads)
        thread.join();
    EXPECT_TRUE(table.empty());
}

} // namespace
} // namespace job_engine
