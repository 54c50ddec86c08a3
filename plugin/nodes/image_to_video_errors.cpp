#include "nodes/image_to_video.hpp"

namespace pixelml {
namespace {

using namespace job_engine;

// The first seven carry the node page's own words.
constexpr ErrorTable table{{
    {ErrorCode::invalid_media_url, "invalid_image_url", "Invalid Image URL",
     "Image URL is not accessible or malformed",
     "Verify the image URL is publicly accessible and uses https:// protocol"},
    {ErrorCode::unsupported_media_format, "unsupported_image_format", "Unsupported Image Format",
     "Image format not supported by the API", "Convert image to JPG or PNG format before processing"},
    {ErrorCode::media_too_large, "image_too_large", "Image Too Large",
     "Input image exceeds maximum file size limit",
     "Resize or compress the image to reduce file size below API limits"},
    {ErrorCode::model_not_available, "model_not_available", "Model Not Available",
     "Selected model is temporarily unavailable",
     "Try switching to an alternative model or retry after a few minutes"},
    {ErrorCode::input_too_vague, "prompt_too_vague", "Prompt Too Vague",
     "Prompt doesn't provide enough motion guidance",
     "Be more specific about the type of motion and animation you want"},
    {ErrorCode::api_connection_error, "api_connection_error", "API Connection Error",
     "Cannot connect to PixelML API service",
     "Check your PixelML connection configuration and API credentials"},
    {ErrorCode::processing_timeout, "processing_timeout", "Processing Timeout",
     "Video generation taking longer than expected",
     "Complex animations may require more time; consider simpler prompts or lower resolution"},
    {ErrorCode::invalid_input, "invalid_input", "Invalid Input",
     "The inputs do not match the node's input schema",
     "Correct the inputs that the details name; the node's page lists what each one takes"},
    {ErrorCode::invalid_media_file, "invalid_image_file", "Invalid Image File",
     "The image file is damaged, or of a format that the API does not take",
     "Give a JPG or PNG file that opens in an image viewer"},
    {ErrorCode::file_not_given, "file_not_given", "File Not Given",
     "The host could not give the file that the input names", "Do what the message says, then run again"},
    {ErrorCode::cannot_hand_over_file, "cannot_hand_over_file", "Cannot Hand Over File",
     "The API takes the image as a URL alone, and there is no place that it could fetch the file from",
     "Give the image's URL, add storage (an S3-compatible bucket) to the connection, or choose an API that "
     "takes files"},
    {ErrorCode::invalid_connection, "invalid_connection", "Invalid Connection",
     "The PixelML connection is incomplete or contradicts itself",
     "Correct the connection settings that the details name"},
    {ErrorCode::insufficient_credits, "insufficient_credits", "Insufficient Credits",
     "The account has too few credits for this video",
     "Add credits to the account, or choose Pixel S or a lower resolution"},
    {ErrorCode::rate_limited, "rate_limited", "Rate Limited",
     "The API accepts no more requests from this account for now",
     "Retry later, or run fewer videos at once (max_running in the connection)"},
    {ErrorCode::spending_limit, "spending_limit", "Spending Limit",
     "The connection's own limit of videos in an hour is reached",
     "Check that no flow submits more than is meant, then run again after the time that the message names, "
     "or raise max_submits_per_hour in the connection"},
    {ErrorCode::submission_unknown, "submission_unknown", "Submission Unknown",
     "The job was sent, but no answer that names it was understood, so it may exist and be billed",
     "Look at the account for a job of this time before running the node again"},
    {ErrorCode::generation_failed, "generation_failed", "Generation Failed",
     "The API accepted the job but could not make the video",
     "Try another image or prompt; if it happens again, ask the service's support, naming the job"},
    {ErrorCode::invalid_api_response, "invalid_api_response", "Invalid API Response",
     "The API's reply is not what its binding describes",
     "Check base_url and the API binding of the connection; if they are right, report the reply to the "
     "service"},
    {ErrorCode::cancelled, "cancelled", "Cancelled", "The run was cancelled",
     "Run the node again when the video is wanted after all"},
    {ErrorCode::checkpoint_not_kept, "checkpoint_not_kept", "Checkpoint Not Kept",
     "The host could not keep the checkpoint without which a paid video could be lost",
     "Check that the host's checkpoint store is reachable and has room, then run again: nothing was "
     "submitted"},
    {ErrorCode::nothing_to_collect, "nothing_to_collect", "Nothing To Collect",
     "The run was only to collect a job, and its checkpoint names none",
     "Run the node without collect-only, which may submit and cost credits, or discard the checkpoint"},
    {ErrorCode::internal_error, "internal_error", "Internal Error", "A defect in this module",
     "Report it, with the message and the log of the run"},
}};

static_assert(is_in_order(table));

} // namespace

constexpr ErrorTable image_to_video_errors = table;

} // namespace pixelml
