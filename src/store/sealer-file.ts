/** The file in the state directory with the key that encrypts secrets. */
export const KEY_FILE = 'secret.key';
/** The key of a backup while it is restored. */
export const RESTORING_KEY_FILE = 'secret.key.restoring';
