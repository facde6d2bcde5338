// Mangled symbols of C++ and Rust as the names that people write, where debug information does not say them.
#pragma once

#include <cstddef>
#include <string>

namespace coretap::debug {

/// "ns::f(int)" -> "ns::f", "void ns::f<int>(int)" -> "ns::f<int>",
/// "f(int)::{lambda()#1}::operator()() const" -> "f(int)::{lambda()#1}::operator()".
/// A name that is not mangled stays.
std::string demangled_name(const std::string& symbol);

/// Where the parameters of a demangled name begin, at the bracket that belongs to the last closing one; npos if it has none.
size_t begin_of_parameters(const std::string& name);

/// Where the last part of a demangled name begins: behind "ns::" of "ns::f<int>".
size_t begin_of_last_part(const std::string& name);

/// "ns::Box<int>::get<long>" -> "ns::Box::get"; an operator's own brackets stay ("operator< <3>" -> "operator<").
std::string without_template_arguments(const std::string& name);

}  // namespace coretap::debug
