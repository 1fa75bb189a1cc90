/// The release of this program; coordinator and worker are released together.
public enum Release {
  /// The number that `--version` prints and the handshake carries.
  public static let number = "0.1.0"
}
