#include "nodes/apis.hpp"

#include "plugin_nodes_embedded.hpp"

namespace pixelml {

// The addresses are those of the documents, which a test compares: a connection is checked against all of
// them without reading ten documents.
constexpr std::array<job_engine::NamedApi, 10> apis{{
    {"agenticflow", "https://api.agenticflow.ai", embedded::agenticflow_api},
    {"replicate", "https://api.replicate.com", embedded::replicate_api},
    {"fal", "https://queue.fal.run", embedded::fal_api},
    {"runway", "https://api.dev.runwayml.com", embedded::runway_api},
    {"luma", "https://api.lumalabs.ai", embedded::luma_api},
    {"dashscope", "https://dashscope-intl.aliyuncs.com", embedded::dashscope_api},
    {"seedance", "https://ark.ap-southeast.bytepluses.com", embedded::seedance_api},
    {"minimax", "https://api.minimax.io", embedded::minimax_api},
    {"kling", "https://api-singapore.klingai.com", embedded::kling_api},
    {"kling_access_key", "https://api-singapore.klingai.com", embedded::kling_access_key_api},
}};

} // namespace pixelml
