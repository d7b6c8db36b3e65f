// Made by scripts/generate_types.py (make types): do not edit.

export type About = "enquiry" | "low_price" | "other" | "rejection";

export interface Ack { type: "ack"; id: string; seq: number }

export interface Answer { seat: number; agree: boolean; reason: string }

export interface BidView { number: number; rejected: boolean; bidder_id: string | null; name: string | null; price_fen: number | null }

export interface ChairVote { type: "chair.vote"; id: string; candidate: number }

export interface Dissent { seat: number; reason: string }

export interface ElectionView { round: number; candidates: number[]; voted: number[] }

export interface EnquiryLapse { type: "enquiry.lapse"; id: string; number: number }

export interface EnquiryView { number: number; bid: number; template: string; question: string; asked_at: string; due_at: string; answer: string | null; lapsed: boolean }

export interface EntryFrame { type: "entry"; seq: number; kind: string; body: Record<string, unknown>; at: string; head?: string }

export interface Finding { number: number; check: string; severity: string; seat: number | null; bid: number; criterion: string; message_zh: string; message_en: string }

export interface FindingAnswer { type: "finding.answer"; id: string; finding: number; reason: string; points?: string | null }

export interface FindingAnswered { kind: "finding.answered"; room_id: string; finding: number; seat: number; reason: string; points: string | null }

export interface Gap { opened: MediaGapOpened; over?: boolean; continued?: MediaContinued | null }

export interface HallPresence { type: "hall.presence"; bidders: string[]; host: boolean }

export interface HallView { kind: "hall"; tender_id: string; phase: string; suspended: boolean; on_air: boolean }

export interface Hello { type: "hello"; ticket: string; after?: number }

export interface IceServer { urls: string[]; username?: string; credential?: string }

export type Kind = "picture" | "screen" | "sound";

export interface Leak { number: number; file: number; page: number; kind: string; about: string; excerpt: string }

export interface LeakDecided { kind: "blind.decided"; room_id: string; number: number; by: string; shown: boolean; reason: string }

export interface LeakView { bid: number; leak: Leak; decision: LeakDecided | null }

export interface Mark { bid: number; criterion: string; points: string }

export interface MediaAnswer { type: "media.answer"; id: string; to: string; sdp: string }

export interface MediaAnswered { type: "media.answered"; peer: string; sdp: string }

export interface MediaContinue { type: "media.continue"; id: string; gap: number; reason: string }

export interface MediaContinued { kind: "media.continued"; room_id: string; gap: number; by: string; reason: string }

export interface MediaFloor { type: "media.floor"; you: string; receivers: MediaPath[]; senders: MediaPath[]; ice_servers: IceServer[] }

export interface MediaGapOpened { kind: "media.gap_opened"; room_id: string; gap: number; seat: number; why: Why; since: string }

export interface MediaJoin { type: "media.join"; id: string; sends?: Kind[] }

export interface MediaLeave { type: "media.leave"; id: string; failed?: boolean }

export interface MediaOffer { type: "media.offer"; id: string; to: string; sdp: string }

export interface MediaOffered { type: "media.offered"; peer: string; sdp: string }

export interface MediaPath { peer: string; viewer: string; seat: number | null; kinds: Kind[] }

export interface Motion { made: MotionMade; votes?: MotionVoted[]; decided?: MotionDecided | null }

export interface MotionDecided { kind: "motion.decided"; room_id: string; motion: number; agreed: number[]; dissents: Dissent[]; carried: boolean }

export interface MotionMade { kind: "motion.made"; room_id: string; motion: number; seat: number; about: string; bid: number; clause: string; text: string; evidence: string; phase: string; template?: string; minutes?: number }

export interface MotionMake { type: "motion.make"; id: string; about: About; text: string; bid?: number; clause?: string; evidence?: string; template?: Template; minutes?: number }

export interface MotionVote { type: "motion.vote"; id: string; motion: number; agree: boolean; reason?: string }

export interface MotionVoted { kind: "motion.voted"; room_id: string; motion: number; seat: number; agree: boolean; reason: string }

export interface ObjectiveConfirm { type: "objective.confirm"; id: string; agree: boolean; reason?: string }

export interface ObjectiveMark { bid: number; criterion: string; points: string; basis: string }

export interface PageShow { type: "page.show"; id: string; bid: number; part: "price" | "qualification" | "technical"; file: number; page: number; criterion?: string; text?: string }

export interface PageShown { kind: "page.shown"; room_id: string; number: number; seat: number; bid: number; part: string; file: number; page: number; criterion: string; text: string }

export interface PhaseAdvance { type: "phase.advance"; id: string; to: string }

export interface Presence { type: "presence"; seats: number[]; others: string[] }

export interface PriceAnswered { kind: "price.answered"; room_id: string; bid: number; confirmed: boolean; point_misplaced: boolean; basis: string }

export interface PriceExplained { kind: "price.explained"; room_id: string; bid: number; explanation: string; minutes: number }

export interface Refusal { type: "refused"; id: string | null; code: string; detail?: string; parameters?: Record<string, unknown> }

export interface ReportConfirm { type: "report.confirm"; id: string; digest: string; agree: boolean; reason?: string; statement?: Record<string, unknown> | null }

export interface ReportRefused { kind: "report.refused"; room_id: string; seat: number; basis: string }

export interface Resumed { type: "resumed"; room_id: string; seq: number; standing: StandingView }

export interface ReviewItem { id: string; part: string; title: string; law: string }

export interface ReviewVote { type: "review.vote"; id: string; bid: number; item: string; passed: boolean; reason?: string; evidence?: string }

export interface RoomPaused { kind: "room.paused"; room_id: string; number: number; by: string; reason: string; since: string; gap?: number }

export interface RoomView { kind: "evaluation"; id: string; tender_id: string; lot: string; phase: string; blind: boolean; opens_at: string; closes_at: string; method: Record<string, unknown>; items: ReviewItem[]; seats: SeatView[]; bids: BidView[]; chair: number | null; election: ElectionView; votes: VoteView[]; sheets: Sheet[]; revealed: boolean; objective: ObjectiveMark[]; objective_answers: Answer[]; price_answers: PriceAnswered[]; explanations: PriceExplained[]; price: Record<string, unknown> | null; totals: Record<string, unknown> | null; findings: Finding[]; finding_answers: FindingAnswered[]; report_digest: string | null; report_answers: Answer[]; report_refusals: ReportRefused[]; motions: Motion[]; enquiries: EnquiryView[]; standstill: Standstill | null; step_back: StepBack | null; recording: string; cameras: number[]; gaps: Gap[]; released: boolean; leaks: LeakView[]; short_of_time: number[]; pages: PageShown[] }

export interface Say { type: "say"; id: string; text: string }

export interface ScoreSubmit { type: "score.submit"; id: string; bid: number; criterion: string; points: string }

export interface ScoresLock { type: "scores.lock"; id: string; statement?: Record<string, unknown> | null }

export interface SeatView { number: number; role: string; site: string; name: string; checked_in: boolean; recused: boolean; locked: boolean; votes: number; marks: number }

export interface Sheet { seat: number; marks: Mark[] }

export interface Snapshot { type: "snapshot"; room_id: string; seq: number; standing: StandingView; room: RoomView | HallView }

export interface StandingView { kind: string; viewer: string; seat: number | null }

export interface Standstill { paused: RoomPaused; until?: string | null }

export interface StepBack { proposed: StepBackProposed; agreed?: number[] }

export interface StepBackAnswer { type: "step_back.answer"; id: string; agree: boolean; reason?: string }

export interface StepBackPropose { type: "step_back.propose"; id: string; to: string; reason: string }

export interface StepBackProposed { kind: "step_back.proposed"; room_id: string; seat: number | null; before: string; to: string; reason: string }

export type Template = "inconsistent" | "low_price" | "slip" | "unclear";

export interface TimeRequest { type: "time.request"; id: string; reason: string }

export interface VoteView { seat: number; bid: number; item: string; passed: boolean; reason: string; evidence: string }

export type Why = "device" | "left" | "line" | "unnoticed";

export type ClientMessage = Hello | ChairVote | ReviewVote | ScoreSubmit | ScoresLock | ObjectiveConfirm | FindingAnswer | ReportConfirm | MotionMake | MotionVote | EnquiryLapse | StepBackPropose | StepBackAnswer | TimeRequest | PageShow | PhaseAdvance | MediaJoin | MediaLeave | MediaOffer | MediaAnswer | MediaContinue | Say;
export type ServerMessage = Snapshot | Resumed | EntryFrame | Ack | Refusal | Presence | HallPresence | MediaFloor | MediaOffered | MediaAnswered;
