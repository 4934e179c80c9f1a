// Writes a mail message (RFC 5322). nodemailer encodes and folds the headers, so that no text can add one.
import MailComposer from 'nodemailer/lib/mail-composer';

export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly host: string;
  readonly subject: string;
  readonly body: string;
  /** Milliseconds since 1970-01-01. */
  readonly time: number;
  readonly isUrgent?: boolean;
}

/** @returns the message with the line ends of Unix, as sendmail reads it. */
export async function compose({ from, to, host, subject, body, time, isUrgent }: Mail): Promise<string> {
  const mail = new MailComposer({
    from: { name: `whmapi1 on ${host}`, address: from },
    to: to.map((address) => ({ name: '', address })),
    subject: `[${host}] ${subject}`,
    text: body,
    date: new Date(time),
    // No program answers it (RFC 3834).
    headers: {
      'Auto-Submitted': 'auto-generated',
      ...(isUrgent === true && { Importance: 'high' }),
    },
    newline: 'unix',
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return (await mail.compile().build()).toString('utf8');
}
