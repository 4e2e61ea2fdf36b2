// A job that tells how far it is, and a page that shows it: node job-progress.mjs [address]
// With a key, whoever reads slowly is given only the newest state of each job.
import { connect } from "@carillon/client";

const [address = "ws://localhost:8080"] = process.argv.slice(2);
const client = await connect(address);
const job = `import-${Date.now()}`;
const feed = await client.join("jobs");

const work = async () => {
  for (let done = 0; done <= 100; done += 20) {
    await client.publish("jobs", { job, done }, { event: "progress", key: job });
  }
};

void work();
for await (const { event, data } of feed) {
  if (event !== "progress" || data.job !== job) continue;
  console.log(`${"#".repeat(data.done / 5).padEnd(20, ".")} ${data.done} %`);
  if (data.done === 100) break;
}
await client.close();
