/** A remote call can't begin: what it was asked to work with (hosts, profile, token, certificate) doesn't hold. */
export class SetupError extends Error {
  override readonly name = 'SetupError';
}
