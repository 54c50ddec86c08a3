// The way of a file from the host to the service; that of an upload has tests of its own.
#include "job/file_delivery.hpp"
#include "job/flow_story.hpp"
#include "upload/presigned_url.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace job_engine::testing {
namespace {

using ::testing::HasSubstr;
using namespace std::string_literals;

const std::string picture = "\xFF\xD8\xFF\xDA\x00\x02picture\xFF\xD9"s;
const std::string storage = R"("storage": {"bucket": "films", "access_key": "AK", "secret_key": "SK"})";

HostFile host_file(const std::string& bytes) {
    return {std::make_shared<const std::string>(bytes), bytes.size(), std::nullopt};
}

// The host is asked as many times as the test lets it; what it is asked is kept.
class Deliveries {
public:
    explicit Deliveries(std::size_t turns = 1) : turns_(turns) {}
    Deliveries(const Deliveries&) = delete;
    Deliveries& operator=(const Deliveries&) = delete;

    std::shared_ptr<FileDelivery> start_of(FairSemaphore& service) {
        return start(binding_with_files(), std::nullopt, 60s, false, &service);
    }
    std::shared_ptr<FileDelivery> start(const std::string& connection = binding_with_files(),
                                        std::optional<KeptFile> kept = std::nullopt, Millis max_wait = 60s,
                                        bool may_exist = false, FairSemaphore* service = nullptr) {
        FileDelivery::Order order;
        order.file = {"image", "photo.jpg", HexDigest(sha256("key")), std::move(kept), may_exist};
        order.connection = connection_with(connection);
        order.ask = [this](const AttachmentRequest& request) { asked.push_back(request); };
        order.max_wait = max_wait;
        return FileDelivery::start(
            io_.get_executor(), {service != nullptr ? *service : turns_of_service_, turns_}, hand_over_,
            std::move(order), [this](const std::exception_ptr& defect, FileOutcome outcome) {
                EXPECT_EQ(defect, nullptr);
                outcomes.push_back(std::move(outcome));
            });
    }

    // What there is to do now.
    void settle() {
        io_.restart();
        io_.poll();
    }
    void run() {
        io_.restart();
        io_.run();
    }
    const FileForSubmit& file(std::size_t index = 0) { return std::get<FileForSubmit>(outcomes.at(index)); }
    const Error& error(std::size_t index = 0) { return std::get<Error>(outcomes.at(index)); }

    std::vector<AttachmentRequest> asked;
    std::vector<FileOutcome> outcomes;

private:
    boost::asio::io_context io_;
    Resolver resolver_;
    FairSemaphore turns_of_service_{100};
    FairSemaphore turns_;
    FileHandOver hand_over_{io_, resolver_, "tests/1.0"};
};

TEST(FileDelivery, AsksForWhatTheServiceTakesAndHandsItOver) {
    Deliveries deliveries;
    const auto delivery = deliveries.start();
    deliveries.settle();
    ASSERT_EQ(deliveries.asked.size(), 1U);
    EXPECT_EQ(deliveries.asked.front().name, "photo.jpg");
    EXPECT_EQ(deliveries.asked.front().path, "/image");
    EXPECT_EQ(deliveries.asked.front().media_types, "image/jpeg, image/png");
    EXPECT_EQ(deliveries.asked.front().max_bytes, 1000U);
    delivery->answered(host_file(picture));
    deliveries.run();
    EXPECT_THAT(deliveries.file().text, HasSubstr("data:image/jpeg;base64,"));
    EXPECT_EQ(deliveries.file().kept, (KeptFile{HexDigest(sha256(picture)), {}, {}}));
    EXPECT_NE(deliveries.file().turn, nullptr) << "the bytes are still there";
}

TEST(FileDelivery, TakesItsTurnAndKeepsItAsLongAsTheBytes) {
    Deliveries deliveries(1);
    const auto first = deliveries.start();
    const auto second = deliveries.start();
    deliveries.settle();
    EXPECT_EQ(deliveries.asked.size(), 1U);
    first->answered(host_file(picture));
    deliveries.settle();
    EXPECT_EQ(deliveries.asked.size(), 1U) << "its submit has not been answered";
    deliveries.outcomes.clear();
    deliveries.settle();
    EXPECT_EQ(deliveries.asked.size(), 2U);
    second->abort();
    deliveries.run();
    EXPECT_EQ(deliveries.outcomes.size(), 1U);
}

TEST(FileDelivery, ThatIsGivenUpLeavesItsTurnToTheNext) {
    Deliveries deliveries(1);
    const auto first = deliveries.start();
    const auto waiting = deliveries.start();
    const auto last = deliveries.start();
    deliveries.settle();
    waiting->abort();
    first->abort();
    deliveries.settle();
    EXPECT_EQ(deliveries.outcomes.size(), 2U);
    EXPECT_EQ(deliveries.asked.size(), 2U) << "the one in between was given up before its turn";
    first->answered(host_file(picture));
    last->answered(host_file(picture));
    deliveries.run();
    EXPECT_EQ(deliveries.outcomes.size(), 3U);
}

TEST(FileDelivery, TellsWhyThereIsNoFile) {
    for (const auto& [reason, message] :
         {std::pair{"Install libvips-tools.\nThen try again."s, "Install libvips-tools. Then try again."s},
          std::pair{""s, "The host has no file photo.jpg, and gives no reason."s}}) {
        Deliveries deliveries;
        const auto delivery = deliveries.start();
        deliveries.settle();
        delivery->answered({nullptr, 0, reason});
        deliveries.run();
        EXPECT_EQ(deliveries.error().code, ErrorCode::file_not_given);
        EXPECT_EQ(deliveries.error().message, message);
        EXPECT_FALSE(deliveries.error().retryable);
    }
}

TEST(FileDelivery, RefusesWhatTheServiceDoesNotTake) {
    for (const auto& [file, code] :
         {std::pair{host_file("GIF89a"), ErrorCode::invalid_media_file},
          std::pair{host_file(picture.substr(0, 9)), ErrorCode::invalid_media_file},
          std::pair{host_file(picture + std::string(1000, 'x')), ErrorCode::media_too_large},
          std::pair{HostFile{nullptr, 1001, std::nullopt}, ErrorCode::media_too_large}}) {
        Deliveries deliveries;
        const auto delivery = deliveries.start();
        deliveries.settle();
        delivery->answered(file);
        deliveries.run();
        EXPECT_EQ(deliveries.error().code, code);
    }
}

TEST(FileDelivery, WaitsForTheHostNoLongerThanItMay) {
    Deliveries deliveries;
    const auto delivery = deliveries.start(binding_with_files(), std::nullopt, 5ms);
    deliveries.run();
    EXPECT_EQ(deliveries.error().code, ErrorCode::file_not_given);
    EXPECT_TRUE(deliveries.error().retryable);
    EXPECT_THAT(deliveries.error().message, HasSubstr("photo.jpg"));
    delivery->answered(host_file(picture));
    deliveries.run();
    EXPECT_EQ(deliveries.outcomes.size(), 1U);
}

TEST(FileDelivery, AsksForNothingThatNoServiceCouldGet) {
    Deliveries deliveries;
    deliveries.start(binding_without("files"));
    deliveries.run();
    EXPECT_TRUE(deliveries.asked.empty());
    EXPECT_EQ(deliveries.error().code, ErrorCode::cannot_hand_over_file);
}

TEST(FileDelivery, OfAServiceThatHangsLeavesTurnsToOthers) {
    FairSemaphore hanging(1);
    FairSemaphore other(1);
    Deliveries deliveries(2);
    std::vector<std::shared_ptr<FileDelivery>> all;
    for (int i = 0; i < 5; ++i)
        all.push_back(deliveries.start_of(hanging));
    deliveries.settle();
    EXPECT_EQ(deliveries.asked.size(), 1U);
    all.push_back(deliveries.start_of(other));
    deliveries.settle();
    EXPECT_EQ(deliveries.asked.size(), 2U);
    for (const auto& delivery : all)
        delivery->abort();
    deliveries.run();
}

std::int64_t now() {
    return static_cast<std::int64_t>(std::time(nullptr));
}

TEST(FileDelivery, NeedsNoHostForWhatIsAtTheService) {
    Deliveries deliveries;
    const KeptFile kept{HexDigest(sha256(picture)), "https://files.example/1.jpg", {}, now() - 60};
    deliveries.start(binding_with_files(), kept);
    deliveries.run();
    EXPECT_TRUE(deliveries.asked.empty());
    EXPECT_EQ(deliveries.file().text, kept.url);
    EXPECT_EQ(deliveries.file().kept, kept);
}

KeptFile in_storage(std::int64_t since, const std::string& connection = storage) {
    KeptFile kept{HexDigest(sha256(picture)), {}, "o/1.jpg", since};
    kept.signed_url =
        HexDigest(sha256(stored_file_url(*connection_with(connection)->storage, {kept.object, since})));
    return kept;
}

TEST(FileDelivery, SignsWhatIsInTheStorageAsBefore) {
    const auto kept = in_storage(now() - 60);
    Deliveries deliveries;
    deliveries.start(storage, kept);
    deliveries.run();
    EXPECT_TRUE(deliveries.asked.empty());
    EXPECT_EQ(deliveries.file().kept, kept);
    EXPECT_THAT(deliveries.file().text, HasSubstr("o/1.jpg?"));
    EXPECT_EQ(HexDigest(sha256(deliveries.file().text)), kept.signed_url);
}

// What is old, or in another place, the service may not be able to fetch.
TEST(FileDelivery, AsksAgainWhereNoJobCanHaveTheFile) {
    const KeptFile uploaded{HexDigest(sha256(picture)), "https://files.example/1.jpg", {}, now() - 90'000};
    const std::string elsewhere =
        R"("storage": {"bucket": "films2", "access_key": "AK", "secret_key": "SK"})";
    for (const auto& [connection, kept] :
         {std::pair{binding_with_files(), uploaded},
          std::pair{storage, in_storage(now() - 80'000)}, // of 86 400 s
          std::pair{storage, in_storage(now() + 80'000)}, std::pair{elsewhere, in_storage(now() - 60)},
          std::pair{binding_with_files(), in_storage(now() - 60)}}) {
        Deliveries deliveries;
        const auto delivery = deliveries.start(connection, kept);
        deliveries.settle();
        EXPECT_EQ(deliveries.asked.size(), 1U);
        delivery->abort();
        deliveries.run();
    }
}

TEST(FileDelivery, SendsWhatWasSentWhereAJobMayHaveIt) {
    const KeptFile uploaded{HexDigest(sha256(picture)), "https://files.example/1.jpg", {}, now() - 90'000};
    for (const auto& [connection, kept] :
         {std::pair{binding_with_files(), uploaded}, std::pair{storage, in_storage(now() - 90'000)}}) {
        Deliveries deliveries;
        deliveries.start(connection, kept, 60s, true);
        deliveries.run();
        EXPECT_TRUE(deliveries.asked.empty());
        EXPECT_EQ(deliveries.file().kept, kept);
    }
    const std::string other_key = R"("storage": {"bucket": "films", "access_key": "AK", "secret_key": "S2"})";
    const std::string other_lifetime =
        R"("storage": {"bucket": "films", "access_key": "AK", "secret_key": "SK", "lifetime_seconds": 9000})";
    for (const auto& connection : {binding_with_files(), other_key, other_lifetime}) {
        Deliveries deliveries;
        deliveries.start(connection, in_storage(now() - 60), 60s, true);
        deliveries.run();
        EXPECT_EQ(deliveries.error().code, ErrorCode::cannot_hand_over_file);
        EXPECT_THAT(deliveries.error().message, HasSubstr("storage"));
    }
}

} // namespace
} // namespace job_engine::testing
