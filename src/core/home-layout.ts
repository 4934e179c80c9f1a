// What a new home holds beside the skeleton's files. The folders are those that users of WHM expect.

/** Others may pass through the home to what is meant for them, but not list it. */
export const HOME_MODE = 0o711;

/**
 * `public_html` is closed to other users of the server: configurations of web applications hold passwords. The group of
 * a folder becomes that of the service that reads it once the service is managed here.
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
