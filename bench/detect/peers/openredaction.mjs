// openredaction: `openredaction.mjs NAME FOLDER GOLD…`, with all its patterns, or those of the preset in NAME
// (`openredaction-gdpr`). It does for a Node package what measure.py does for Python packages.

import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const [name, folder, ...golds] = process.argv.slice(2);
const load = createRequire(path.join(folder, "node", "package.json"));
const { OpenRedaction } = load("@openredaction/core");
const { version } = load("./node_modules/@openredaction/core/package.json");
const preset = name.split("-")[1];
const tool = new OpenRedaction(preset ? { preset } : {});

// It has some 570 labels; the first that fits decides. What nothing fits is a number or code that somebody is known by.
const kinds = [
  [/^(ORGANIZATION|MONEY|SALARY|STOCK|ISIN|ISBN|CUSIP|LEI$|SWIFT|IATA|ICAO|ICD10|CPT|MAC_|PRODUCT|CATALOG|PROMO|CAMPAIGN)/, null],
  [/^(BLOOD_TYPE|DRUG_|ALLERGY|DNA|GENETIC|GRADUATION|AWS_ARN|CRYPTO|BITCOIN|ETHEREUM|.*_ADDRESS$(?<!IP_ADDRESS))/, null],
  [/^(NAME|PERSON|EMERGENCY_CONTACT)$/, "person"],
  [/^PLACE$/, "city"],
  [/^ADDRESS_/, "address"],
  [/^(POSTCODE|ZIP)/, "postcode"],
  [/^EMAIL/, "email"],
  [/^PHONE/, "phone"],
  [/^DUTCH_BSN$/, "bsn"],
  [/NATIONAL_ID|SSN|SOCIAL_SECURITY|NATIONAL_INSURANCE|_SIN$|PESEL|PERSONAL_(NUMBER|ID)|TAX_ID|CEDULA|_DNI$/, "nrn"],
  [/IBAN|BANK_ACCOUNT|SORT_CODE/, "iban"],
  [/^(CREDIT_CARD|CARD_|CVV)/, "card"],
  [/^DATE_OF_BIRTH$/, "birth_date"],
  [/^DATE/, "date"],
  [/LICENSE_PLATE|^VIN/, "licence_plate"],
  [/PASSPORT|DRIV(ING|ER).*LICENSE|VISA_|TRAVEL_DOCUMENT|WORK_PERMIT|IMMIGRATION|_MRZ/, "id_document"],
  [/MEDICAL|PATIENT|HOSPITAL|NHS|CHI_|EHIC|PRESCRIPTION|LAB_TEST/, "patient_number"],
  [/^IPV/, "ip_address"],
  [/USERNAME|HANDLE|GAMERTAG|BATTLETAG|USER_ID|(PSN|RIOT|FACEBOOK|GAMES|CHANNEL)_ID/, "username"],
  [/^LINKEDIN_PROFILE$/, "profile_url"],
  [/SECRET|TOKEN|API_KEY|ACCESS_KEY|STORAGE_KEY|PRIVATE_KEY|WEBHOOK|_AUTH$|DATABASE_CONNECTION|PASSWORD/, "credential"],
  [/^URL/, "url"],
  [/./, "customer_number"],
];
const known = new Map();
const kind = (type) => {
  if (!known.has(type)) known.set(type, kinds.find(([pattern]) => pattern.test(type))[1]);
  return known.get(type);
};

// It counts in UTF-16, the marked texts in characters.
const characters = (text, end) => [...text.slice(0, end)].length;

for (const gold of golds) {
  const texts = fs.readFileSync(gold, "utf8").split("\n").filter((line) => line.trim()).map((line) => JSON.parse(line));
  for (const one of texts) await tool.detect(one.text);
  const begin = process.cpuUsage();
  const found = [];
  for (const one of texts) found.push((await tool.detect(one.text)).detections);
  const taken = process.cpuUsage(begin);
  const seconds = (taken.user + taken.system) / 1e6;
  const lines = texts.map((one, at) => {
    const findings = found[at]
      .map((finding) => ({
        start: characters(one.text, finding.position[0]),
        end: characters(one.text, finding.position[1]),
        kind: kind(finding.type),
      }))
      .filter((finding) => finding.kind);
    return JSON.stringify({ id: one.id, findings }) + "\n";
  });
  const out = path.join(folder, "findings", path.parse(gold).name);
  fs.mkdirSync(out, { recursive: true });
  fs.writeFileSync(path.join(out, `${name}.jsonl`), lines.join(""));
  fs.writeFileSync(path.join(out, `${name}.json`), JSON.stringify({ version, seconds }));
}
process.exit(0);
