// Messages between the program and its reader process: a length and CBOR, which takes texts of any bytes.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "io/read.hpp"

namespace tauvox {

using Message = nlohmann::ordered_json;

/// False where the other side is gone.
bool send(int socket, const Message& message);
bool send_bytes(int socket, const void* bytes, std::size_t count);
/// Empty where the other side is gone, or sends what is no message.
std::optional<Message> receive(int socket);
bool receive_bytes(int socket, void* bytes, std::size_t count);

Message to_message(const io::VolumeDescription& description);
/// All but the codes.
Message to_message(const Volume& volume);
/// Texts are made printable again: whoever wrote them may be no more what it was.
/// @throws std::exception for a message that is none of a description or volume
io::VolumeDescription description_from(const Message& message);
Volume volume_from(const Message& message);

}  // namespace tauvox
