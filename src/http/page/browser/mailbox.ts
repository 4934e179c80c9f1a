// Webmail: times in the visitor’s time zone. Everything else works without a script.

const format = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

export function startMailbox(): void {
  for (const shown of document.querySelectorAll('time')) {
    const at = new Date(shown.dateTime);
    if (!Number.isNaN(at.getTime())) shown.textContent = format.format(at);
  }
}
