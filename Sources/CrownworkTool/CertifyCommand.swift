import ArgumentParser

struct CertifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "certify")
}
