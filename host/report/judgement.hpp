// What a limit says of a quantity, its uncertainty counted.
#pragma once

#include <optional>
#include <string>

namespace tauvox {

struct Judgement {
  std::string study;                    // that found the value; empty: none did, or several results are meant
  std::string quantity, subject, unit;  // name of the quantity, what it is of, unit of all numbers here
  std::optional<double> least, most;    // the limits; one may be open
  std::optional<double> value;          // empty: infinite, or not found
  std::optional<double> half_width;     // of all uncertainties together; empty: one that is needed is missing
  std::string verdict;                  // pass, conditional pass, conditional fail, fail, not decided
  std::optional<double> probability;    // that the quantity keeps the limits
  std::string reason;  // why it is not decided, or fails without a value; or what is less reliable
};

}  // namespace tauvox
