"""Which names of the standard library need which header. Compilers differ in what a header brings along: GCC 14 did not
build what GCC 12 did, until each file included what it names, itself or through a header of ours."""

import pathlib
import re

NEEDS = {header: re.compile(r"\bstd::(?:" + names + r")\b") for header, names in {
    "algorithm": "sort|stable_sort|find_if|any_of|all_of|none_of|min|max|minmax|clamp|copy_n|fill|fill_n|lower_bound|upper_bound|"
                 "reverse|remove_if|count_if|max_element|min_element|minmax_element|nth_element|is_permutation",
    "array": "array", "atomic": "atomic", "bit": "bit_cast|popcount|countr_zero|countl_zero|bit_width",
    "cctype": "isalpha|isdigit|isspace|tolower|toupper|isalnum|isprint", "charconv": "from_chars|to_chars", "chrono": "chrono",
    "cmath": "sqrt|isfinite|isnan|pow|exp|log|fabs|floor|ceil|hypot|lround|isinf", "complex": "complex",
    "cstdint": r"u?int(?:8|16|32|64)_t|uintptr_t", "cstdio": "fopen|printf|fprintf|FILE|snprintf|fwrite|fclose",
    "cstdlib": "getenv|abort|strtod|strtol|malloc", "cstring": "memcpy|memcmp|strlen|memset|strerror|memmove|strcmp",
    "deque": "deque", "filesystem": "filesystem", "fstream": "ifstream|ofstream", "functional": "function|invoke",
    "limits": "numeric_limits", "map": "map|multimap", "memory": "unique_ptr|shared_ptr|make_unique|make_shared", "mutex": "mutex",
    "new": "bad_alloc", "numeric": "accumulate|iota|partial_sum|gcd|inner_product", "optional": "optional",
    "random": "mt19937(?:_64)?", "set": "set|multiset", "span": "span", "sstream": "stringstream|ostringstream|istringstream",
    "string_view": "string_view", "thread": "thread|this_thread", "tuple": "tuple|tie", "unordered_map": "unordered_map",
    "variant": "variant|visit|monostate|holds_alternative", "vector": "vector"}.items()}


def code_of(text):
    """Without comments and texts."""
    return re.sub(r'"(?:\\.|[^"\\\n])*"', '""', re.sub(r"//.*", "", text))


def missing(files):
    """@param files path inside the project -> text   @return (path, header, name) of each name without its header"""
    included = {name: re.findall(r'^\s*#\s*include [<"]([^">]+)[">]', text, flags=re.M) for name, text in files.items()}

    def reached(name):
        seen, standard, open_ends = set(), set(), [name]
        while open_ends:
            here = open_ends.pop()
            if here in seen:
                continue
            seen.add(here)
            for header in included.get(here, []):
                beside = (pathlib.PurePosixPath(here).parent / header).as_posix()
                ours = header if header in files else beside if beside in files else None
                open_ends.append(ours) if ours else standard.add(header)
        return standard

    for name, text in files.items():
        code, standard = code_of(text), reached(name)
        for header, names in NEEDS.items():
            if header not in standard and (found := names.search(code)):
                yield name, header, found.group(0)
