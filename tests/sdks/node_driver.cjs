// Drives the SDK wechatpay-axios-plugin: JSON lines on stdin, JSON lines on stdout.
// It knows the SDK and nothing of us, and judges nothing. Usage: node node_driver.cjs FOLDER-WITH-NODE_MODULES
'use strict';

const { createRequire } = require('node:module');
const { join } = require('node:path');
const { createInterface } = require('node:readline');

const load = createRequire(join(process.argv[2], 'index.js'));
const { Wechatpay, Rsa, Aes, Formatter } = load('wechatpay-axios-plugin');

// Operations of the contract as the SDK's chain writes them; _name_ is filled from the call's path parameters.
const RESOURCES = {
  jsapi_create: (v3) => v3.pay.transactions.jsapi.post,
  app_create: (v3) => v3.pay.transactions.app.post,
  h5_create: (v3) => v3.pay.transactions.h5.post,
  native_create: (v3) => v3.pay.transactions.native.post,
  codepay_create: (v3) => v3.pay.transactions.codepay.post,
  order_query: (v3) => v3.pay.transactions.outTradeNo._out_trade_no_.get,
  order_query_by_id: (v3) => v3.pay.transactions.id._transaction_id_.get,
  order_close: (v3) => v3.pay.transactions.outTradeNo._out_trade_no_.close.post,
  order_reverse: (v3) => v3.pay.transactions.outTradeNo._out_trade_no_.reverse.post,
  partner_native_create: (v3) => v3.pay.partner.transactions.native.post,
  partner_order_query: (v3) => v3.pay.partner.transactions.outTradeNo._out_trade_no_.get,
  partner_order_close: (v3) => v3.pay.partner.transactions.outTradeNo._out_trade_no_.close.post,
  refund_create: (v3) => v3.refund.domestic.refunds.post,
  refund_query: (v3) => v3.refund.domestic.refunds._out_refund_no_.get,
  refund_apply_abnormal: (v3) => v3.refund.domestic.refunds._refund_id_.applyAbnormalRefund.post,
  certificates_list: (v3) => v3.certificates.get,
  security_echo: (v3) => v3.security.echo.post,
  tradebill_apply: (v3) => v3.bill.tradebill.get,
};
const SENSITIVE = ['bank_account', 'real_name', 'encrypted_echo_message'];

class SdkError extends Error {}

// What the SDK throws is its own refusal, told apart from faults of this file.
async function sdk(act) {
  try {
    return await act();
  } catch (error) {
    throw Object.assign(new SdkError(error.message), { kind: error.code || error.name, answer: error.response });
  }
}

let config;
let client;

// An answer of the platform that is no success is thrown as an error as well, under one of the HTTP library's own codes.
async function call(act) {
  try {
    const { status, data } = await sdk(act);
    return { status, data: data === '' ? null : data };
  } catch (error) {
    if (!['ERR_BAD_REQUEST', 'ERR_BAD_RESPONSE'].includes(error.kind)) throw error;
    return { status: error.answer.status, data: error.answer.data };
  }
}

// The key requests are encrypted for: the public key if there is one, else the first certificate.
function platformKey() {
  const [serial, key] = Object.entries(config.certs)[0];
  return { serial, key: Rsa.from(key, Rsa.KEY_TYPE_PUBLIC) };
}

const OPERATIONS = {
  hello: () => ({ sdk: 'wechatpay-axios-plugin', sdk_version: load('wechatpay-axios-plugin/package.json').version }),

  init: (given) => sdk(() => {
    const certs = {};
    if (given.public_key) certs[given.public_key_id] = given.public_key;
    given.certificates.forEach(({ serial_no: serial, pem }) => { certs[serial] = pem; });
    config = { ...given, certs };
    client = new Wechatpay({
      baseURL: given.base_url,
      proxy: false,
      timeout: 20000,
      mchid: given.mchid,
      serial: given.serial_no,
      privateKey: given.private_key,
      certs: { ...certs },
      secret: given.apiv2_key,
    });
    return {};
  }),

  // The chain of APIv2: the SDK signs, writes XML, verifies the answer and reads it.
  call_v2: ({ path, members }) => call(() => client.v2[path].post(members)),

  call: ({ operation, path, query, body }) => {
    const resource = RESOURCES[operation](client.v3);
    if (resource.name !== 'post') return call(() => resource({ ...path, params: query }));
    const sealed = { ...body };
    const options = { ...path };
    const { serial, key } = platformKey();
    SENSITIVE.filter((name) => name in body).forEach((name) => {
      sealed[name] = Rsa.encrypt(body[name], key);
      options.headers = { 'Wechatpay-Serial': serial };
    });
    return call(() => resource(sealed, options));
  },

  download: async ({ url }) => {
    const { pathname, searchParams } = new URL(url);
    const params = Object.fromEntries(searchParams);
    const { status, data } = await call(() => client.v3[pathname.slice('/v3/'.length)].get({ params, responseType: 'arraybuffer' }));
    return { status, b64: Buffer.from(data).toString('base64') };
  },

  download_certificates: async () => {
    const { data: { data } } = await sdk(() => client.v3.certificates.get());
    return data.map(({ encrypt_certificate: { nonce, associated_data: aad, ciphertext } }) => (
      Aes.AesGcm.decrypt(ciphertext, config.apiv3_key, nonce, aad)
    ));
  },

  decrypt_sensitive: ({ ciphertext }) => sdk(() => Rsa.decrypt(ciphertext, config.private_key)),

  // The SDK signs the lines, the fields are put together by its user.
  pay_sign: ({ product, prepay_id: prepayId }) => sdk(() => {
    const [appId, timeStamp, nonceStr] = [config.appid, `${Formatter.timestamp()}`, Formatter.nonce()];
    const last = product === 'app' ? prepayId : `prepay_id=${prepayId}`;
    const made = Rsa.sign(Formatter.joinedByLineFeed(appId, timeStamp, nonceStr, last), config.private_key);
    if (product === 'app') {
      const ids = { appid: appId, partnerid: config.mchid, prepayid: prepayId };
      return { ...ids, package: 'Sign=WXPay', noncestr: nonceStr, timestamp: timeStamp, sign: made };
    }
    const fields = { timeStamp, nonceStr, package: last, signType: 'RSA', paySign: made };
    return product === 'miniprogram' ? fields : { appId, ...fields };
  }),

  // Composed as the SDK's own documentation composes it: verify, then decrypt.
  parse_notification: ({ headers, body_b64: encoded }) => sdk(() => {
    const body = Buffer.from(encoded, 'base64').toString('utf8');
    const received = Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value]));
    const serial = received['wechatpay-serial'];
    if (!(serial in config.certs)) throw new Error(`no key ${serial}`);
    const message = Formatter.response(received['wechatpay-timestamp'], received['wechatpay-nonce'], body);
    if (!Rsa.verify(message, received['wechatpay-signature'], Rsa.from(config.certs[serial], Rsa.KEY_TYPE_PUBLIC))) {
      throw new Error('the signature does not verify');
    }
    const event = JSON.parse(body);
    const { ciphertext, nonce, associated_data: aad } = event.resource;
    return { ...event, resource: JSON.parse(Aes.AesGcm.decrypt(ciphertext, config.apiv3_key, nonce, aad)) };
  }),
};

(async () => {
  for await (const line of createInterface({ input: process.stdin })) {
    const { v, id, op, args } = JSON.parse(line);
    let answer;
    try {
      answer = { status: 'ok', result: await OPERATIONS[op](args) };
    } catch (error) {
      answer = error instanceof SdkError
        ? { status: 'refused', error: { class: 'OTHER', type: error.kind, message: error.message } }
        : { status: 'harness_error', message: `${error.name}: ${error.message}` };
    }
    process.stdout.write(`${JSON.stringify({ v, id, ...answer })}\n`);
  }
})();
