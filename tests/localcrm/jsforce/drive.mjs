// Drives a Salesforce-compatible server with the unmodified jsforce client. The address, the client with its
// secret and a signed assertion come in the environment; each line on standard output is one check that held. Any failure ends with another exit code.
import assert from "node:assert/strict";
import jsforce from "jsforce";

const { CRM_URL, CRM_CLIENT_ID, CRM_CLIENT_SECRET, CRM_ASSERTION } = process.env;
const VERSION = "62.0";

function held(name) {
  process.stdout.write(`${name}\n`);
}

async function refused(work, code) {
  try {
    await work();
  } catch (error) {
    assert.equal(error.errorCode ?? error.name, code, error.message);
    return error;
  }
  assert.fail(`nothing was refused, ${code} was expected`);
}

const oauth2 = { loginUrl: CRM_URL, clientId: CRM_CLIENT_ID, clientSecret: CRM_CLIENT_SECRET };

const stranger = new jsforce.Connection({ instanceUrl: CRM_URL, version: VERSION, oauth2: { ...oauth2, clientSecret: "no" } });
await assert.rejects(stranger.authorize({ grant_type: "client_credentials" }), /invalid_client|authentication/i);
const conn = new jsforce.Connection({ instanceUrl: CRM_URL, version: VERSION, oauth2 });
await conn.authorize({ grant_type: "client_credentials" });
assert.ok(conn.accessToken);
held("client credentials");

const byKey = new jsforce.Connection({ instanceUrl: CRM_URL, version: VERSION, oauth2: { loginUrl: CRM_URL } });
await byKey.authorize({ grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion: CRM_ASSERTION });
assert.equal((await byKey.query("SELECT Id FROM Organization")).totalSize, 1);
held("JWT bearer");

const identity = await conn.identity();
assert.ok(identity.user_id.startsWith("005"));
held("identity");

const versions = await conn.request("/services/data");
assert.ok(versions.some((v) => v.version === VERSION));
const everything = await conn.describeGlobal();
assert.ok(everything.sobjects.some((o) => o.name === "Agent_Write__c" && o.custom));
const lead = await conn.sobject("Lead").describe();
const status = lead.fields.find((f) => f.name === "Status");
assert.ok(status.picklistValues.length > 1);
assert.ok(lead.fields.find((f) => f.name === "Agent_Write_Key__c").externalId);
held("describe");

const made = await conn.sobject("Lead").create({ LastName: "Byron", Company: "Analytical Engines", Email: "ada@engines.example" });
assert.ok(made.success && /^00Q.{15}$/.test(made.id));
const read = await conn.sobject("Lead").retrieve(made.id);
assert.equal(read.LastName, "Byron");
const updated = await conn.sobject("Lead").update({ Id: made.id, Rating: "Hot" });
assert.ok(updated.success);
assert.equal((await conn.sobject("Lead").retrieve(made.id)).Rating, "Hot");
held("create, retrieve, update");

await refused(() => conn.sobject("Lead").create({ Company: "No name" }), "REQUIRED_FIELD_MISSING");
await refused(() => conn.sobject("Lead").update({ Id: made.id, Status: "No such status" }), "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST");
await refused(() => conn.sobject("Lead").update({ Id: made.id, Nonsense__c: 1 }), "INVALID_FIELD");
await refused(() => conn.query("SELECT Id FROM Lead WHERE"), "MALFORMED_QUERY");
await refused(() => conn.query("SELECT Nonsense__c FROM Lead"), "INVALID_FIELD");
await refused(() => conn.sobject("Lead").retrieve("00Q000000000000AAA"), "NOT_FOUND");
held("errors");

const key = "a".repeat(64);
const first = await conn.sobject("Lead").upsert({ Agent_Write_Key__c: key, LastName: "Hopper", Company: "Navy" }, "Agent_Write_Key__c");
assert.ok(first.success && first.created);
const second = await conn.sobject("Lead").upsert({ Agent_Write_Key__c: key, LastName: "Hopper", Company: "US Navy" }, "Agent_Write_Key__c");
assert.ok(second.success);
assert.equal((await conn.sobject("Lead").findOne({ Agent_Write_Key__c: key }, ["Company"])).Company, "US Navy");
assert.equal(await conn.sobject("Lead").count({ Agent_Write_Key__c: key }), 1);
held("upsert by external id");

const many = await conn.sobject("Task").create(
  Array.from({ length: 200 }, (_, n) => ({ Subject: `Call ${n}`, WhoId: made.id, Status: "Not Started", Priority: "Normal" })),
);
assert.equal(many.filter((r) => r.success).length, 200);
const mixed = await conn.sobject("Lead").create([{ LastName: "Good", Company: "A" }, { Company: "No name" }]);
assert.deepEqual(mixed.map((r) => r.success), [true, false]);
assert.equal(mixed[1].errors[0].statusCode ?? mixed[1].errors[0].errorCode, "REQUIRED_FIELD_MISSING");
const together = await conn.sobject("Lead").create([{ LastName: "Good", Company: "B" }, { Company: "No name" }], { allOrNone: true });
assert.deepEqual(together.map((r) => r.success), [false, false]);
assert.equal(await conn.sobject("Lead").count({ Company: "B" }), 0);
const gone = await conn.sobject("Task").destroy(many.slice(0, 10).map((r) => r.id));
assert.ok(gone.every((r) => r.success));
held("collections");

const page = await conn.query("SELECT Id, Subject, Who.Name FROM Task ORDER BY Id", { headers: { "Sforce-Query-Options": "batchSize=200" } });
assert.equal(page.totalSize, 190);
assert.ok(page.records[0].attributes.url.includes("/sobjects/Task/"));
await conn.sobject("Task").create(Array.from({ length: 200 }, (_, n) => ({ Subject: `More ${n}`, Status: "Not Started", Priority: "Normal" })));
let next = await conn.query("SELECT Id FROM Task ORDER BY Id", { headers: { "Sforce-Query-Options": "batchSize=200" } });
assert.deepEqual([next.done, next.records.length, next.totalSize], [false, 200, 390]);
next = await conn.queryMore(next.nextRecordsUrl);
assert.deepEqual([next.done, next.records.length], [true, 190]);
held("query and queryMore");

const nested = await conn.query(`SELECT Name, (SELECT Subject FROM Tasks LIMIT 2) FROM Lead WHERE Id = '${made.id}'`);
assert.equal(nested.records[0].Tasks.records.length, 2);
const grouped = await conn.query("SELECT Status, COUNT(Id) n FROM Task GROUP BY Status");
assert.equal(grouped.records[0].n, 390);
held("child query and grouping");

const composite = await conn.request({
  method: "POST",
  url: `/services/data/v${VERSION}/composite`,
  headers: { "content-type": "application/json" },
  body: JSON.stringify({
    allOrNone: true,
    collateSubrequests: false,
    compositeRequest: [
      { method: "POST", url: `/services/data/v${VERSION}/sobjects/Account`, referenceId: "account", body: { Name: "Engines" } },
      { method: "GET", url: `/services/data/v${VERSION}/sobjects/Account/@{account.id}`, referenceId: "again" },
    ],
  }),
});
assert.deepEqual(composite.compositeResponse.map((part) => part.httpStatusCode), [201, 200]);
assert.equal(composite.compositeResponse[1].body.Name, "Engines");
held("composite");

const hot = await conn
  .sobject("Lead")
  .find({ LastName: { $like: "By%" }, CreatedDate: { $gte: jsforce.Date.YESTERDAY }, Rating: { $in: ["Hot", "Warm"] } })
  .select("Id, LastName")
  .include("Tasks")
  .select("Subject")
  .limit(3)
  .end()
  .sort({ CreatedDate: -1 })
  .limit(5)
  .execute();
assert.deepEqual([hot.length, hot[0].Tasks.records.length], [1, 3]);
const all = await conn.query("SELECT Id FROM Task", { autoFetch: true, maxFetch: 1000, headers: { "Sforce-Query-Options": "batchSize=200" } });
assert.equal(all.records.length, 390);
const renamed = await conn.sobject("Task").find({ Subject: "More 1" }).update({ Subject: "Renamed" });
assert.deepEqual(renamed.map((r) => r.success), [true]);
held("find");

const polling = { pollInterval: 20, pollTimeout: 30000 };
const loaded = await conn.bulk2.loadAndWaitForResults({
  object: "Contact",
  operation: "insert",
  input: [{ LastName: "Noether", Title: 'a "b", c' }, { LastName: "", Title: "nameless" }],
  ...polling,
});
assert.deepEqual([loaded.successfulResults.length, loaded.failedResults.length], [1, 1]);
assert.match(loaded.failedResults[0].sf__Error, /^REQUIRED_FIELD_MISSING:/);
const stream = await conn.bulk2.query("SELECT LastName, Title, Owner.Name FROM Contact", polling);
const exported = await stream.toArray();
assert.deepEqual([exported.length, exported[0].Title], [1, 'a "b", c']);
held("bulk2");

await refused(() => conn.search("FIND {x} IN ALL FIELDS"), "FUNCTIONALITY_NOT_ENABLED");
await refused(() => conn.query("SELECT Id FROM Lead").explain(), "FUNCTIONALITY_NOT_ENABLED");
await refused(() => conn.soap.getServerTimestamp(), "sf:FUNCTIONALITY_NOT_ENABLED");
await assert.rejects(async () => await conn.bulk.load("Lead", "insert", [{ LastName: "x", Company: "y" }]), /FeatureNotEnabled/);
held("what is left out");

assert.ok((await conn.sobject("Lead").destroy(made.id)).success);
await refused(() => conn.sobject("Lead").retrieve(made.id), "ENTITY_IS_DELETED");
const limits = await conn.limits();
assert.ok(limits.DailyApiRequests.Max > limits.DailyApiRequests.Remaining);
assert.ok(conn.limitInfo.apiUsage.used > 0);
held("destroy and limits");
