#include "api/routes.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace sandbox {
namespace {

namespace http = boost::beast::http;

const std::string id = "job_0123456789abcdef01234567";

TEST(Routes, MatchFixedPaths) {
    EXPECT_EQ(match_route("/").resource, Resource::page);
    EXPECT_EQ(match_route("/v1/image-to-video").resource, Resource::generation);
    EXPECT_EQ(match_route("/v1/jobs?limit=5").resource, Resource::jobs);
    EXPECT_EQ(match_route("/v1/jobs?limit=5").query, "limit=5");
    EXPECT_EQ(match_route("/jobs.json").resource, Resource::page_jobs);
    EXPECT_EQ(match_route("/sandbox/faults").resource, Resource::faults);
}

TEST(Routes, MatchPathsWithAJobId) {
    EXPECT_EQ(match_route("/v1/jobs/" + id).resource, Resource::job);
    EXPECT_EQ(match_route("/v1/jobs/" + id).id, id);
    EXPECT_EQ(match_route("/videos/" + id + ".mp4").resource, Resource::video);
    EXPECT_EQ(match_route("/thumbnails/" + id + ".jpg").id, id);
    const std::string made = new_job_id();
    EXPECT_EQ(match_route("/v1/jobs/" + made).id, made);
    EXPECT_NE(made, new_job_id());
}

TEST(Routes, MatchNothingThatIsNotAJobId) {
    for (const std::string& target :
         {std::string(""), std::string("//"), std::string("/videos/"), std::string("/videos/.mp4"),
          std::string("/videos/../../etc/passwd"), "/videos/../" + id + ".mp4", "/videos/" + id,
          "/videos/x" + id + ".mp4", "/videos/" + id + ".mp4/", "/videos/%2e%2e/" + id + ".mp4",
          "/videos/job_0123456789ABCDEF01234567.mp4" + std::string(),
          "/videos/job_../../../../etc/passwd.mp4" + std::string(), "/v1/jobs/" + id + "/x", "/V1/jobs/" + id,
          "/v1/jobs/" + id + "0", "http://host/v1/jobs/" + id})
        EXPECT_EQ(match_route(target).resource, Resource::none) << target;
}

TEST(Routes, MatchUploadedFiles) {
    EXPECT_EQ(match_route("/v1/files").resource, Resource::files);
    EXPECT_EQ(match_route("/files/0123").resource, Resource::file);
    EXPECT_EQ(match_route("/files/0123").id, "0123");
    for (const char* target : {"/files/", "/files/a/b", "/files", "/v1/files/"})
        EXPECT_EQ(match_route(target).resource, Resource::none) << target;
}

TEST(Routes, MatchAgenticFlowsRuns) {
    const std::string run = "01234567-89ab-4def-8012-345678000000";
    EXPECT_EQ(match_route("/v1/workflow_runs/").resource, Resource::workflow_runs);
    EXPECT_EQ(match_route("/v1/workflow_runs").resource, Resource::workflow_runs_without_slash);
    EXPECT_EQ(match_route("/v1/workflow_runs/" + run).resource, Resource::workflow_run);
    EXPECT_EQ(match_route("/v1/workflow_runs/" + run).id, run);
    EXPECT_EQ(match_route("/v1/workspaces/w/workflows/" + run + "/runs?limit=2").resource,
              Resource::workflow_run_list);
    EXPECT_EQ(match_route("/v1/workspaces/w/workflows/" + run + "/runs?limit=2").id, run);
    for (const std::string& target :
         {"/v1/workflow_runs/" + run + "/x", "/v1/workspaces/w/workflows/" + run,
          std::string("/v1/workspaces/w/workflows//runs"), "/v1/workspaces//workflows/" + run + "/runs",
          "/v1/workspaces/w/x/workflows/" + run + "/runs", "/v1/workspaces/w/workflows/" + run + "/x/runs"})
        EXPECT_EQ(match_route(target).resource, Resource::none) << target;
}

TEST(Routes, ReadQueryNumbers) {
    EXPECT_EQ(query_number("limit=5", "limit", 1, 10, 7), 5U);
    EXPECT_EQ(query_number("", "limit", 1, 10, 7), 7U);
    for (const char* const query : {"limit=0", "limit=11", "limit=5x", "limit=-1"})
        EXPECT_EQ(query_number(query, "limit", 1, 10, 7), std::nullopt) << query;
}

TEST(Routes, KnowTheirMethods) {
    const auto allows = [](Resource resource, http::verb verb) {
        const auto methods = allowed_methods(resource);
        return std::ranges::find(methods, verb) != methods.end();
    };
    EXPECT_TRUE(allows(Resource::generation, http::verb::post));
    EXPECT_FALSE(allows(Resource::generation, http::verb::get));
    EXPECT_TRUE(allows(Resource::job, http::verb::delete_));
    EXPECT_FALSE(allows(Resource::video, http::verb::delete_));
    EXPECT_TRUE(allows(Resource::faults, http::verb::put));
    EXPECT_FALSE(allows(Resource::none, http::verb::get));
}

TEST(Routes, ReadQueryValues) {
    EXPECT_EQ(query_value("a=1&limit=5&b", "limit"), "5");
    EXPECT_EQ(query_value("xlimit=5&limi=4&limit", "limit"), "");
    EXPECT_EQ(query_value("", "limit"), "");
}

} // namespace
} // namespace sandbox
