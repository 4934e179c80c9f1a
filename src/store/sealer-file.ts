/** The file in the state directory with the key that seals secrets. */
export const KEY_FILE = 'secret.key';
