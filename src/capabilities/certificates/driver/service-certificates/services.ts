// The services that have a certificate of their own, as WHM names them.

export const services = {
  ftp: 'The FTP server',
  exim: 'The mail server Exim (SMTP)',
  dovecot: 'The mail server Dovecot (IMAP and POP3)',
  cpanel: 'The API server whmapi1d: WHM’s API and page',
} as const;

export type ServiceName = keyof typeof services;
export const serviceNames = ['ftp', 'exim', 'dovecot', 'cpanel'] as const satisfies readonly ServiceName[];
