// What a browser may load and run that shows mail of strangers with Roundcube.

/** Roundcube has scripts and styles in its pages, and evaluates parts of its responses. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
  "style-src 'self' 'unsafe-inline'",
  // Images elsewhere are for messages whose reader asked for them: Roundcube leaves them out otherwise.
  "img-src 'self' data: blob: https:",
  "media-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "frame-src 'self' blob:",
  "object-src 'self' blob:",
  "form-action 'self'",
  "frame-ancestors 'self'",
  "base-uri 'self'",
].join('; ');
