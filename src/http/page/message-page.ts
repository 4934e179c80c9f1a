// Webmail: one message, as text. Its HTML is never shown: even without scripts, in a frame with a policy that allows
// nothing, `<link rel="preconnect">` makes browsers contact any server.
import type { Message, MessageAttachment } from '../../core/machine-messages.ts';
import { html, type Content, type Html } from './html.ts';
import { renderPage, type Visitor } from './layout.ts';

export interface MessagePageContent {
  readonly message: Message;
  /** The query of the page’s address: the folder, and the name of the file. */
  readonly query: URLSearchParams;
}

export function renderMessagePage(visitor: Visitor, { message, query }: MessagePageContent): string {
  const { subject, from, to, cc, date, text, isFromHtml, isCut, attachments } = message;
  const { base } = visitor;
  const folder = query.get('folder') ?? '';
  const own = messageQuery(folder, query.get('name') ?? '');
  const back = folder === '' ? '' : `?${new URLSearchParams({ folder }).toString()}`;
  const title = subject || '(no subject)';
  const main = html`<p><a href="${base}/${back}">Back to the folder</a></p>
    <h1 class="subject">${title}</h1>
    <dl class="facts headers">
      ${renderFact('From', from)}${renderFact('To', to)}${renderFact('Cc', cc)}
      ${renderFact('Date', date === null ? '' : renderTime(date))}
    </dl>
    ${isFromHtml && html`<p class="hint">This is the text of a message in HTML, without its pictures.</p>`}
    <pre class="message-text">${text}</pre>
    ${isCut && html`<p class="hint">The message is longer than this page shows.</p>`}
    ${attachments.length > 0 && renderAttachments(base, own, attachments)}`;
  return renderPage({ name: 'mailbox', title, main, worksWithoutScript: true }, visitor);
}

function renderFact(name: string, value: Content): Content {
  return (
    value !== '' &&
    html`<div>
      <dt>${name}</dt>
      <dd>${value}</dd>
    </div>`
  );
}

function renderAttachments(base: string, own: string, attachments: readonly MessageAttachment[]): Html {
  return html`<section class="card" aria-labelledby="attachments-title">
    <h2 id="attachments-title">Attachments</h2>
    <ul class="attachments">
      ${attachments.map(
        ({ name, type, size }, index) =>
          html`<li>
            <a href="${base}/attachment?${own}&index=${index}" download
              >${name || `Attachment ${index + 1}`}</a
            >
            <span class="hint">${type}, ${renderSize(size)}</span>
          </li>`,
      )}
    </ul>
  </section>`;
}

/** The query of a message’s addresses. */
export function messageQuery(folder: string, name: string): string {
  return new URLSearchParams({ ...(folder === '' ? {} : { folder }), name }).toString();
}

/** In UTC. The page’s script shows it in the time zone of the visitor. */
export function renderTime(at: number): Html {
  // A header can have any year.
  const time = new Date(at);
  const text = Number.isNaN(time.getTime()) ? '' : time.toISOString();
  return html`<time datetime="${text}">${text.slice(0, 16).replace('T', ' ')} UTC</time>`;
}

const UNITS = ['KiB', 'MiB', 'GiB'] as const;

export function renderSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  let value = bytes / 1024;
  let unit = 0;
  for (; value >= 1024 && unit < UNITS.length - 1; unit++) value /= 1024;
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${UNITS[unit]}`;
}
