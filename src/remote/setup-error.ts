/** A remote call cannot start, because its settings (hosts, profile, token, certificate) are invalid. */
export class SetupError extends Error {
  override readonly name = 'SetupError';
}
