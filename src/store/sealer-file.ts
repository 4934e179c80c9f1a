/** The file in the state directory with the key that seals secrets. */
export const KEY_FILE = 'secret.key';
/** The key of a backup while it is restored. */
export const RESTORING_KEY_FILE = 'secret.key.restoring';
