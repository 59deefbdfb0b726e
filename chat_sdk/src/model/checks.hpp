#pragma once
#include <optional>
#include <string_view>

#include <parley/client.hpp>

#include "common/base/text_rules.hpp"

namespace parley::detail {

/// Arguments of the public operations. Each names the field and what was expected, or is empty.
std::optional<Error> check(const NewGroupChannel& channel);
/// `knows_mutation_ids`: of the service; see Endpoint.
std::optional<Error> check(const NewMessage& message, bool knows_mutation_ids);
/// That a cache can keep it for the next process.
std::optional<Error> check_storable(const NewMessage& message);
std::optional<Error> check(const GetMessages& query);
std::optional<Error> check_name(std::string_view field, std::string_view name);
/// Of a channel; "" is none.
std::optional<Error> check_description(std::string_view text);
std::optional<Error> check_identity_argument(std::string_view field, std::string_view identity);

Error not_a_member();

}  // namespace parley::detail
