// Domains that so many people use that an account with one of them could receive their mail or passwords. The list is
// short on purpose: it stops attempts at phishing of customers of this server, whose resolver may be its own nameserver.
const wellKnown: ReadonlySet<string> = new Set(
  `aliexpress amazon amazonaws aol apple baidu bing booking cloudflare cnn discord dropbox ebay facebook flickr github
   gitlab gmail gmx google googlemail hotmail icloud imdb instagram kernel letsencrypt linkedin live mastercard medium
   microsoft mozilla msn netflix nytimes office openai outlook paypal pinterest protonmail reddit shopify skype slack
   spotify stackoverflow stripe telegram tiktok twitch twitter ubuntu visa vk wechat whatsapp wikipedia wordpress x
   yahoo yandex youtube zoom`
    .split(/\s+/)
    .filter((name) => name !== ''),
);
const ENDINGS = new Set(['com', 'net', 'org', 'ru', 'de', 'us']);

/** True if it is such a domain or a subdomain of it. */
export function isWellKnown(domain: string): boolean {
  const [ending = '', name = ''] = domain.split('.').reverse();
  return ENDINGS.has(ending) && wellKnown.has(name);
}
