// Reading the table: complete, stable, and without any effect on the process.
#include "loaded_module.hpp"
#include "process_state.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

namespace boundary_tests {
namespace {

TEST(Descriptor, ReadingStartsNoThreadAndOpensNothing) {
    const auto threads = thread_ids();
    const auto descriptors = open_descriptors();
    const LoadedModule module;
    ASSERT_NE(nullptr, module.operator->());
    EXPECT_NE(0U, std::strlen(module.node().input_schema_json));
    EXPECT_NE(0U, std::strlen(module.node().errors_json));
    const auto threads_now = thread_ids(); // one of an earlier test may still have been on its way out
    EXPECT_TRUE(std::includes(threads.begin(), threads.end(), threads_now.begin(), threads_now.end()));
    EXPECT_EQ(descriptors, open_descriptors());
}

TEST(Descriptor, IsTheSameAtEveryCall) {
    const LoadedModule module;
    EXPECT_EQ(module.operator->(), module.entry()());
    EXPECT_EQ(&module.node(), module.entry()()->nodes[0]);
}

TEST(Descriptor, NamesTheAbiOfItsHeader) {
    const LoadedModule module;
    EXPECT_EQ(WFN_ABI_MAJOR, module->abi_major);
    EXPECT_EQ(WFN_ABI_MINOR, module->abi_minor);
    EXPECT_EQ(sizeof(wfn_module), module->struct_size);
    ASSERT_EQ(1U, module->node_count);
    EXPECT_EQ(sizeof(wfn_node), module.node().struct_size);
    EXPECT_STREQ("image_to_video", module.node().action_id);
    ASSERT_NE(nullptr, module.node().connection);
    EXPECT_EQ(sizeof(wfn_connection), module.node().connection->struct_size);
}

TEST(Descriptor, HasNoMissingMember) {
    const LoadedModule module;
    const auto& node = module.node();
    for (const char* text :
         {module->name, module->version, module->settings_schema_json, node.version, node.title,
          node.description, node.icon_svg, node.categories_json, node.input_schema_json,
          node.output_schema_json, node.errors_json, node.connection->name, node.connection->category,
          node.connection->description, node.connection->schema_json}) {
        ASSERT_NE(nullptr, text);
        EXPECT_STRNE("", text);
    }
    EXPECT_TRUE(module->open != nullptr && module->close != nullptr && module->run_cancel != nullptr
                && module->run_suspend != nullptr && module->run_checkpoint_saved != nullptr
                && module->run_wait != nullptr && module->run_result != nullptr
                && module->run_release != nullptr && module->run_attach != nullptr
                && node.execute != nullptr);
}

} // namespace
} // namespace boundary_tests
