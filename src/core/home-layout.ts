// The contents of a new home directory besides the skeleton's files: the directories that users of WHM expect.

/** Other users may pass through the home directory, but not list it. */
export const HOME_MODE = 0o711;

/**
 * `public_html` is closed to other users of the server, because configuration files of web applications contain
 * passwords.
 */
export const HOME_FOLDERS: Readonly<Record<string, number>> = {
  public_html: 0o750,
  mail: 0o750,
  etc: 0o750,
  logs: 0o700,
  ssl: 0o700,
  tmp: 0o700,
};

export const HOME_LINKS: Readonly<Record<string, string>> = { www: 'public_html' };
