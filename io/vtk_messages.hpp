// VTK prints its errors and goes on. While a VtkMessages lives they are collected instead, from every VTK
// object of the process, and become the reason in an Error. Internal to io/; only for files named vtk_*.cpp.
#pragma once

#include <vtkLogger.h>
#include <vtkNew.h>
#include <vtkObjectFactory.h>
#include <vtkOutputWindow.h>
#include <vtkSmartPointer.h>

#include <string>

#include "kernels/base/error.hpp"

namespace tauvox::io {

class MessageCollector : public vtkOutputWindow {
 public:
  static MessageCollector* New();
  vtkTypeMacro(MessageCollector, vtkOutputWindow);
  void DisplayText(const char* message) override { text += message; }
  void DisplayErrorText(const char* message) override { text += message; }
  void DisplayWarningText(const char* message) override { text += message; }
  void DisplayGenericWarningText(const char* message) override { text += message; }
  std::string text;
};
inline vtkStandardNewMacro(MessageCollector);

class VtkMessages {
 public:
  VtkMessages()
      : before_(vtkOutputWindow::GetInstance()), verbosity_(vtkLogger::GetCurrentVerbosityCutoff()) {
    vtkOutputWindow::SetInstance(collector_);
    vtkLogger::SetStderrVerbosity(vtkLogger::VERBOSITY_OFF);  // a second channel to the same screen
  }
  ~VtkMessages() {
    vtkLogger::SetStderrVerbosity(verbosity_);
    vtkOutputWindow::SetInstance(before_);
  }
  VtkMessages(const VtkMessages&) = delete;
  VtkMessages& operator=(const VtkMessages&) = delete;

  /// @throws Error(output) if anything was reported, or `good` is false.
  void check(bool good, const std::string& what, const std::string& path) const {
    if (!good || !collector_->text.empty()) throw Error(ExitCode::output, what, path, reason());
  }
  bool good() const { return collector_->text.empty(); }
  /// The first message on one line, without the address of the object: "... (0x5581...): reason\n\nERROR:
  /// ...".
  std::string reason() const {
    std::string line;
    const std::size_t colon = collector_->text.find("): ");
    const std::string first = collector_->text.substr(colon == std::string::npos ? 0 : colon + 3);
    for (const char c : first.substr(0, first.find("ERROR: ")))
      if (c != '\n')
        line += c;
      else if (!line.empty() && line.back() != ' ')
        line += ' ';
    while (!line.empty() && line.back() == ' ') line.pop_back();
    return line.substr(0, 300);
  }

 private:
  vtkSmartPointer<vtkOutputWindow> before_;
  vtkLogger::Verbosity verbosity_;
  vtkNew<MessageCollector> collector_;
};

}  // namespace tauvox::io
