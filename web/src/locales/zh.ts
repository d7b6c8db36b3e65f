/** The Chinese texts, which set what texts there are. */
import desk from "@/locales/zh/desk";
import drafting from "@/locales/zh/drafting";
import hall from "@/locales/zh/hall";
import messages from "@/locales/zh/messages";
import pages from "@/locales/zh/pages";
import problems from "@/locales/zh/problems";
import record from "@/locales/zh/record";
import rooms from "@/locales/zh/rooms";
import sealing from "@/locales/zh/sealing";
import sureties from "@/locales/zh/sureties";
import venues from "@/locales/zh/venues";
import verifying from "@/locales/zh/verifying";
import work from "@/locales/zh/workspace";
import workplaces from "@/locales/zh/workplaces";

const zh = { ...pages, ...workplaces, ...venues, ...sureties, ...verifying, ...drafting, desk, work, hall, problems, record, rooms, messages, sealing };

export default zh;

type Shape<T> = { [K in keyof T]: T[K] extends string ? string : Shape<T[K]> };
/** Every language has exactly these texts. */
export type Texts = Shape<typeof zh>;
