#include "host/app/message.hpp"

#include <poll.h>
#include <unistd.h>

#include <cerrno>

#include "host/app/interruption.hpp"
#include "io/printable.hpp"

namespace tauvox {
namespace {

constexpr std::uint64_t longest = std::uint64_t{1} << 28;

using Triple = std::array<double, 3>;

Message triple(const std::optional<Triple>& zyx) { return zyx ? Message(*zyx) : Message(nullptr); }

std::optional<Triple> triple_from(const Message& message) {
  return message.is_null() ? std::nullopt : std::optional(message.get<Triple>());
}

std::string text_from(const Message& message) { return io::printable(message.get<std::string>()); }

std::vector<std::string> texts_from(const Message& message) {
  std::vector<std::string> texts;
  for (const Message& text : message) texts.push_back(text_from(text));
  return texts;
}

Extent extent_from(const Message& message) { return make_extent(message.get<std::array<std::int64_t, 3>>()); }

/// What a description and a volume have in common.
template <class T>
Message common(const T& of) {
  return {{"format", of.format},
          {"dataset", of.dataset},
          {"stored_type", of.stored_type},
          {"voxel_size", triple(of.voxel_size)},
          {"voxel_ratio", triple(of.voxel_ratio)},
          {"voxel_size_source", of.voxel_size_source},
          {"notices", of.notices},
          {"warnings", of.warnings}};
}

template <class T>
void take_common(const Message& message, T& of) {
  of.format = text_from(message.at("format"));
  of.dataset = text_from(message.at("dataset"));
  of.stored_type = text_from(message.at("stored_type"));
  of.voxel_size = triple_from(message.at("voxel_size"));
  of.voxel_ratio = triple_from(message.at("voxel_ratio"));
  of.voxel_size_source = text_from(message.at("voxel_size_source"));
  of.notices = texts_from(message.at("notices"));
  of.warnings = texts_from(message.at("warnings"));
}

}  // namespace

/// How often whoever waits for words looks whether the run shall end.
static constexpr int look_every_ms = 1000;

bool send_bytes(int socket, const void* bytes, std::size_t count) {
  const auto* from = static_cast<const char*>(bytes);
  while (count > 0) {
    const ssize_t sent = ::write(socket, from, count);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    from += sent;
    count -= static_cast<std::size_t>(sent);
  }
  return true;
}

bool receive_bytes(int socket, void* bytes, std::size_t count) {
  auto* to = static_cast<char*>(bytes);
  while (count > 0) {
    end_if_asked();
    pollfd ready{socket, POLLIN, 0};
    if (::poll(&ready, 1, look_every_ms) <= 0 && (ready.revents & POLLNVAL) == 0) continue;
    const ssize_t got = ::read(socket, to, count);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    to += got;
    count -= static_cast<std::size_t>(got);
  }
  return true;
}

bool send(int socket, const Message& message) {
  const std::vector<std::uint8_t> bytes = Message::to_cbor(message);
  const std::uint64_t length = bytes.size();
  return send_bytes(socket, &length, sizeof length) && send_bytes(socket, bytes.data(), bytes.size());
}

std::optional<Message> receive(int socket) {
  std::uint64_t length = 0;
  if (!receive_bytes(socket, &length, sizeof length) || length > longest) return std::nullopt;
  std::vector<std::uint8_t> bytes(length);
  if (!receive_bytes(socket, bytes.data(), bytes.size())) return std::nullopt;
  Message message = Message::from_cbor(bytes, true, false);
  if (!message.is_object()) return std::nullopt;
  return message;
}

Message to_message(const io::VolumeDescription& description) {
  Message message = common(description);
  const io::Statements& stated = description.stated;
  message["phases"] = {stated.phases, stated.phases_source};
  message["unclear"] = stated.unclear;
  message["unused"] = stated.unused;
  message["reserved_label"] = stated.reserved_label;
  message["outside_label"] = stated.outside_label;
  message["history"] = io::texts_of(stated.history);
  message["extent"] = description.extent.zyx();
  message["read_extent"] = description.read_extent.zyx();
  message["layer_added"] = description.layer_added;
  return message;
}

io::VolumeDescription description_from(const Message& message) {
  io::VolumeDescription description;
  take_common(message, description);
  description.extent = extent_from(message.at("extent"));
  description.read_extent = extent_from(message.at("read_extent"));
  description.layer_added = message.at("layer_added").get<bool>();
  io::Statements& stated = description.stated;
  stated = io::statements_of(message.at("history").get<io::Texts>(), "");
  stated.phases = text_from(message.at("phases").at(0));
  stated.phases_source = text_from(message.at("phases").at(1));
  stated.unclear = texts_from(message.at("unclear"));
  stated.unused = texts_from(message.at("unused"));
  stated.reserved_label = text_from(message.at("reserved_label"));
  stated.outside_label = text_from(message.at("outside_label"));
  return description;
}

Message to_message(const Volume& volume) {
  Message message = common(volume);
  message["extent"] = volume.extent.zyx();
  message["path"] = volume.path;
  message["sha256"] = volume.sha256;
  message["wide"] = volume.codes.index() == 1;
  message["grey"] = nullptr;
  if (const auto& grey = volume.grey)
    message["grey"] = Message::array({grey->of_zero, grey->step, grey->otsu, grey->otsu3});
  message["thresholds"] = volume.thresholds;
  message["outside"] = volume.outside ? Message(volume.outside->voxels) : Message(nullptr);
  message["labels"] = Message::array();
  for (const Label& label : volume.labels) message["labels"].push_back({label.value, label.voxels});
  return message;
}

Volume volume_from(const Message& message) {
  Volume volume;
  take_common(message, volume);
  volume.extent = extent_from(message.at("extent"));
  volume.path = text_from(message.at("path"));
  volume.sha256 = text_from(message.at("sha256"));
  if (const Message& grey = message.at("grey"); !grey.is_null())
    volume.grey = GreyScale{grey.at(0).get<double>(), grey.at(1).get<double>(),
                            grey.at(2).get<std::vector<double>>(), grey.at(3).get<std::vector<double>>()};
  volume.thresholds = message.at("thresholds").get<std::vector<double>>();
  if (const Message& outside = message.at("outside"); !outside.is_null())
    volume.outside = Outside{outside.get<std::int64_t>(), 0, "NaN"};
  for (const Message& label : message.at("labels"))
    volume.labels.push_back({label.at(0).get<std::int64_t>(), label.at(1).get<std::int64_t>()});
  return volume;
}

}  // namespace tauvox
