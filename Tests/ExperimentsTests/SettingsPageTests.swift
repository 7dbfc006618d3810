import Experiments
import Foundation
import Testing

/// `Documentation/settings.md` is written from the table of settings, with `CROWNWORK_WRITE=1`.
@Suite struct SettingsPageTests {
  private static let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../Documentation/settings.md").standardizedFileURL

  @Test func thePageIsUpToDate() throws {
    if ProcessInfo.processInfo.environment["CROWNWORK_WRITE"] != nil {
      try Data(Self.page.utf8).write(to: Self.url)
    }
    let written = try String(contentsOf: Self.url, encoding: .utf8)
    #expect(written == Self.page, "write it anew with CROWNWORK_WRITE=1")
  }

  private static var page: String {
    let sections = Dictionary(grouping: SettingTable.settings.indices) { index in
      SettingTable.settings[index].path.split(separator: ".").count == 1
        ? "" : String(SettingTable.settings[index].path.prefix { $0 != "." })
    }
    let order = sections.sorted {
      $0.key.isEmpty != $1.key.isEmpty ? $0.key.isEmpty : $0.value[0] < $1.value[0]
    }
    return introduction
      + order.map { section, rows in
        "\n## \(section.isEmpty ? "At the top" : "`\(section)`")\n\n"
          + "| setting | values | default | option | meaning |\n|---|---|---|---|---|\n"
          + rows.map { row(SettingTable.settings[$0]) }.joined()
      }.joined()
  }

  private static let introduction = """
    # Settings

    A recipe is a YAML file; every setting may be left out. A path such as `schedule.ramp.start` is
    the key `start` in the mapping `ramp` in the mapping `schedule`:

    ```yaml
    dataset: mnist
    schedule: { epochs: 30, ramp: { start: 2 } }
    ```

    `crownwork train` and `crownwork sweep` take every setting as `--set PATH=VALUE`, some by an
    option of their own; `evaluate`, `certify` and `attack` take those of `perturbation` and
    `evaluate`. What is given on the command line goes before the file. A number is `0.1`, `1e-3`
    or a fraction such as `8/255`; a list on the command line is `1,2,3`.

    This page is written from the table of settings by `SettingsPageTests` with `CROWNWORK_WRITE=1`.

    """

  private static func row(_ setting: Setting) -> String {
    let owner = setting.owner.map { " Only for \($0.names.joined(separator: ", "))." } ?? ""
    let option = setting.option.map { "`\($0)`" } ?? ""
    return "| `\(setting.path)` | \(setting.values) | \(setting.standard) | \(option) "
      + "| \(setting.help)\(owner) |\n"
  }
}
