// Looks at pages with pa11y (WCAG2AA) or with Lighthouse (a mid-range phone on slow 4G).
//
//   node scripts/audit.mjs pa11y|lighthouse < QUESTION > ANSWER
//
//   QUESTION  {"chromium": path, "cookie": text, "width": pixels (pa11y), "addresses": [address, …]}
//   ANSWER    pa11y: {address: [fault, …]}   lighthouse: {address: {scores, bytes, blocking, faults}}

import { text } from "node:stream/consumers";
import pa11y from "pa11y";
import puppeteer from "puppeteer-core";

const CATEGORIES = ["performance", "accessibility", "best-practices", "seo"];

// One tab for all pages, each awaited until it has loaded: pa11y's own tab for each, with half a second
// of silence on the network, takes three times as long and finds the same.
async function withPa11y(browser, address, cookie, width) {
  const [page] = await browser.pages();
  // As the browser's own: once a page sets one, a header with others is no longer sent.
  const cookies = cookie.split("; ").filter(Boolean).map((one) => one.split(/=(.*)/s));
  await page.setCookie(...cookies.map(([name, value]) => ({ name, value, url: address })));
  await page.setViewport({ width, height: 800 });
  await page.goto(address, { waitUntil: "load", timeout: 120_000 });
  const viewport = { width, height: 800 };
  const { issues } = await pa11y(address, { browser, page, ignoreUrl: true, standard: "WCAG2AA", viewport, timeout: 120_000 });
  return issues.map((issue) => `${issue.code}: ${issue.selector}: ${issue.message}`);
}

async function withLighthouse(browser, address) {
  const { default: lighthouse } = await import("lighthouse"); // half a second, which pa11y has no need of
  const flags = { port: Number(new URL(browser.wsEndpoint()).port), onlyCategories: CATEGORIES, logLevel: "silent" };
  const { lhr } = await lighthouse(address, flags);
  const requests = lhr.audits["network-requests"].details.items;
  const kept = requests.filter((r) => r.resourceType !== "Image");
  return {
    scores: Object.fromEntries(CATEGORIES.map((name) => [name, Math.round(100 * lhr.categories[name].score)])),
    bytes: kept.reduce((sum, r) => sum + r.transferSize, 0),
    blocking: (lhr.audits["render-blocking-resources"].details?.items ?? []).map((item) => item.url),
    outside: requests.map((r) => r.url).filter((url) => new URL(url).host !== new URL(address).host),
    faults: CATEGORIES.flatMap((name) => lost(lhr, name)),
  };
}

// The audits that cost points.
function lost(lhr, name) {
  const counted = lhr.categories[name].auditRefs.filter((ref) => ref.weight > 0);
  const audits = counted.map((ref) => lhr.audits[ref.id]).filter((audit) => audit.score !== null && audit.score < 0.9);
  return audits.map((audit) => `${name}: ${audit.id} ${audit.displayValue ?? ""}`.trim());
}

const { chromium, cookie, width, addresses } = JSON.parse(await text(process.stdin));
const look = { pa11y: withPa11y, lighthouse: withLighthouse }[process.argv[2]];
const browser = await puppeteer.launch({ executablePath: chromium, args: ["--no-sandbox", "--disable-quic"] });
try {
  const answer = {};
  for (const address of addresses) answer[address] = await look(browser, address, cookie, width);
  console.log(JSON.stringify(answer));
} finally {
  await browser.close();
}
