/** The English texts. */
import desk from "@/locales/en/desk";
import drafting from "@/locales/en/drafting";
import hall from "@/locales/en/hall";
import messages from "@/locales/en/messages";
import pages from "@/locales/en/pages";
import problems from "@/locales/en/problems";
import record from "@/locales/en/record";
import rooms from "@/locales/en/rooms";
import sealing from "@/locales/en/sealing";
import sureties from "@/locales/en/sureties";
import venues from "@/locales/en/venues";
import verifying from "@/locales/en/verifying";
import work from "@/locales/en/workspace";
import workplaces from "@/locales/en/workplaces";
import type { Texts } from "@/locales/zh";

const en: Texts = { ...pages, ...workplaces, ...venues, ...sureties, ...verifying, ...drafting, desk, work, hall, problems, record, rooms, messages, sealing };

export default en;
