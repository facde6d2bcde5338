// What a handler can ask about the site that fired.
#pragma once

#include <cstdint>

namespace coretap {

/// The texts of a site, as tapset functions are called that give them (pragma `site`).
enum class SiteText : uint8_t { File, Pp, PpFunc, ProbeFunc, Label, Module };
inline constexpr SiteText kSiteTexts[] = {SiteText::File,      SiteText::Pp,    SiteText::PpFunc,
                                          SiteText::ProbeFunc, SiteText::Label, SiteText::Module};

inline const char* site_text_name(SiteText text) {
  switch (text) {
    case SiteText::File: return "file";
    case SiteText::Pp: return "pp";
    case SiteText::PpFunc: return "ppfunc";
    case SiteText::ProbeFunc: return "probefunc";
    case SiteText::Label: return "label";
    case SiteText::Module: return "module";
  }
  return "";
}

}  // namespace coretap
