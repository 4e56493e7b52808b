// A script in the place of the provider's, which does as that one does with the same libraries:
// a page without a browser (jsdom), the challenge that it runs there (bgutils-js), and requests by
// the download's proxy (axios, https-proxy-agent). CERTIFICATE and VERSION are filled in.
import process from "node:process";

import axios from "axios";
import { BotGuardClient, getChallenge } from "bgutils-js/botguard";
import { buildURL, getHeaders } from "bgutils-js/utils";
import { WebPoMinter } from "bgutils-js/webpo";
import { HttpsProxyAgent } from "https-proxy-agent";
import { JSDOM } from "jsdom";

const words = process.argv.slice(2);
const after = (word) => words[words.indexOf(word) + 1];

class Agent extends HttpsProxyAgent {
  connect(request, options) {
    return super.connect(request, { ...options, ca: CERTIFICATE });
  }
}

async function post(url, { headers, body }) {
  const given = { headers, httpsAgent: new Agent(after("-p")), proxy: false };
  const answer = await axios.post(String(url), body, given);
  return { ok: true, status: answer.status, json: async () => answer.data };
}

async function mint(content) {
  const page = "<!doctype html><html><body></body></html>";
  const dom = new JSDOM(page, { url: "https://www.youtube.com/" });
  Object.assign(globalThis, { window: dom.window, document: dom.window.document });
  const asked = { requestKey: "key", fetchFunction: post, useYouTubeAPI: true };
  const challenge = await getChallenge(asked);
  new Function(Object.values(challenge.interpreterJavascript)[0])();
  const { program, globalName } = challenge;
  const guard = await BotGuardClient.create({ program, globalName, globalObject: globalThis });
  const webPoSignalOutput = [];
  const body = JSON.stringify(["key", await guard.snapshot({ webPoSignalOutput })]);
  const told = await post(buildURL("GenerateIT", true), { headers: getHeaders(), body });
  const [integrityToken] = await told.json();
  const minter = await WebPoMinter.create({ integrityToken }, webPoSignalOutput);
  return await minter.mintAsWebsafeString(content);
}

if (words.includes("--version")) {
  console.log(VERSION);
} else {
  console.log(JSON.stringify({ poToken: await mint(after("-c")) }));
}
