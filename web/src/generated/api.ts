// Made by scripts/generate_types.py (make types): do not edit.

export interface ActorAnswer { person_id: string; organization_id: string; role: Role; organization_name: string; uscc: string }

export interface Answer { seat: number; agree: boolean; reason: string }

export interface Apply { action: "apply"; version?: "v1"; id: string; subject: string; number: number; venue: string; seats: number; scattered: boolean; begins_at: string; ends_at: string; contact?: string }

export type Approval = "approved" | "authorized" | "filed";

export interface ArchivedAnswer { tender_id: string; number: string; title: string; retention: "permanent" | "ten_years" | "thirty_years"; ended_at: string; keep_until: string | null; archived_at: string }

export interface ArchivedList { items: ArchivedAnswer[]; next: string | null }

export interface ArrivalAnswer { venue: string; room: string; label: string; begins_at: string; ends_at: string }

export interface AskExperts { action: "experts.ask"; version?: "v1"; id: string; subject: string; number: number; needs: SharedNeed[]; interested: string[]; regime: "construction" | "government_procurement" }

export interface AuthorizationAnswer { id: string; person_id: string; role: Role; granted_at: string; valid_until?: string | null }

export interface AwardAnswer { winner: CandidateAnswer; notified_at: string; contract_until: string }

export interface BidFileAnswer { kind: string; n: number; name: string; media_type: string; size_bytes: number; sha256: string }

export interface BidFileList { items: BidFileAnswer[] }

export interface BidRow { bidder_id: string; bidder_name: string; uscc: string; place: number; key_lost: boolean; unlocked_by: string | null; form: Record<string, unknown> | null; confirmed: boolean; verdicts?: Verdict[] }

export interface BidView { number: number; rejected: boolean; bidder_id: string | null; name: string | null; price_fen: number | null }

export interface BillReading { content: string; lines: number; columns: Record<string, string>; fixed_fen: Record<string, number>; findings: Record<string, unknown>[] }

export interface BookingAnswer { id: string; tender_id: string | null; partner_id: string | null; venue_id: string; venue: string; seats: number; scattered: boolean; begins_at: string; ends_at: string; status: BookingStatus; contact: string }

export interface BookingList { mode: Mode; items: BookingAnswer[] }

export type BookingStatus = "cancelled" | "confirmed" | "declined" | "failed" | "requested";

export type BookingStep = "cancel" | "confirm" | "decline" | "fail";

export interface CallAnswer { at: string | null; direction: string; door: string; outcome: string; explanation: string; message_id: string | null }

export interface CallBody { begins_at: string; answer_minutes: number }

export interface CanaryHolder { number: number; name: string; state: "due" | "opened" | "overdue"; opened_at: string | null }

export interface CanaryList { threshold: number; items: CanaryView[] }

export interface CanaryView { canary: number; occasion: "eve" | "publication" | "replacement"; issued_at: string; due_at: string; header: string; holders: CanaryHolder[]; finding: "" | "late" | "too_few" }

export interface Cancel { action: "cancel"; version?: "v1"; id: string; subject: string; number: number; reason: string }

export interface CandidateAnswer { rank: number; bid: string; bidder_id: string; bidder_name: string; price_fen: number; total: string }

export interface CertificateAnswer { serial: string; certificate: string; issued_at: string; not_after: string; revoked_at?: string | null; revocation_reason?: string | null }

export interface CertificateList { items: CertificateAnswer[] }

export interface Change { action: "change"; version?: "v1"; id: string; subject: string; number: number; venue: string; seats: number; scattered: boolean; begins_at: string; ends_at: string; contact?: string; replaces: string }

export interface CheckStep { step: "check"; organization_id: string; usable: boolean; statement: Record<string, unknown> }

export interface CircumstancesBody { category?: "design" | "goods" | "services" | "works"; compulsory?: boolean; state_controlled?: boolean; is_complex?: boolean }

export interface ClaimAnswer { lot: string; bidder_id: string; guarantor_id: string; policy_number: string | null; claim: MatterAnswer }

export interface ClaimList { items: ClaimAnswer[] }

export interface ClarificationAnswer { number: number; deadline: string }

export interface ClarificationList { items: ClarificationView[] }

export interface ClarificationReceiptList { items: ReceiptView[] }

export interface ClarificationView { number: number; text: string; affects_bids: boolean; published_at: string }

export interface ClearingAnswer { lot: string; digest: string; size_bytes: number; made_at: string }

export interface ClearingReportView { digest: string; names: Record<string, string>; report: Record<string, unknown> }

export interface ClockAnswer { now: string; mode: "demonstration" | "normal" }

export interface CodeAnswer { code: string; valid_until: string }

export interface ComplaintList { items: ComplaintView[] }

export interface ComplaintView { id: string; objection_id: string; complainant: string | null; text: string | null; received_at: string; late: boolean; decision: DecisionView | null; ruling: RulingView | null; due?: string | null }

export interface ConductAnswer { barred: boolean; items: ConductView[] }

export type ConductKind = "commended" | "lifted" | "removed" | "suspended" | "warned";

export interface ConductView { kind: ConductKind; begins_on: string; ends_on: string | null; basis: string }

export interface ConsoleAnswer { guarantor_id: string; endpoint: string; live_since: string | null; family: "gm_json" | "signed_http" | "xml"; kind: "bank" | "guarantee_company" | "insurer"; public_key: string; previous_key_until: string | null; shared_secret: string | null; calls: CallAnswer[]; dead_letters: DeadLetterAnswer[] }

export interface ContractList { items: ContractView[] }

export type ContractStep = "file" | "publish" | "return_security" | "secure";

export interface ContractView { lot: string; bidder_id: string; terms: Record<string, unknown>; drafted_at: string; signed_at: string | null; published_at: string | null; filed_at: string | null; secured_at: string | null; security_returned_at: string | null }

export interface ContributionAnswer { organization_id: string; recipient: string; container: string; records: Record<string, boolean>; admitted: boolean | null; state: string; shares_from: number[]; value: string | null; fault: string | null }

export interface CourseAnswer { steps: Record<string, unknown>[]; findings: Record<string, unknown>[] }

export interface DeadLetterAnswer { id: string; order_id: string; kind: string; attempts: number; dead_at: string; last_error: string }

export type Decision = "fail" | "go_on";

export interface DecisionView { accepted: boolean; suspends: boolean; text: string; decided_at: string }

export interface DeliveryList { items: DeliveryView[] }

export interface DeliveryView { id: string; message_id: string; zh: string; en: string; webhook_id: string | null; attempts: number; created_at: string; next_at: string | null; delivered_at: string | null; dead_at: string | null; last_error: string }

export interface DiscrepancyAnswer { id: string; guarantor_id: string; day: string; kind: string; order_id: string | null; detail: string; opened_at: string; age_days: number; owner_id: string | null; settled_at: string | null; resolution: string }

export interface DiscrepancyList { items: DiscrepancyAnswer[] }

export interface Dissent { seat: number; reason: string }

export interface DocumentFindingList { findings: Record<string, unknown>[]; open: number; unchecked: string[] }

export type DocumentKind = "archive_certificate" | "award_notice" | "candidates" | "clarification" | "contract" | "evaluation_report" | "notice" | "opening_record" | "price_record" | "result" | "termination";

export interface DocumentVersionList { items: Record<string, unknown>[] }

export interface DocumentView { name: string; digest: string; size_bytes: number; media_type: string; since: number }

export interface DoneAnswer { seq: number }

export interface DrawAnswer { state: string; needs: unknown[]; representatives: number; pool_root: string; entries: unknown[]; vrf_public: string; frozen_at: string; closed_at: string | null; contributions: ContributionAnswer[]; seed: string | null; vrf_proof: string | null; permutation_digest: string | null; drawn_at: string | null; kept_from: string | null; seats: unknown[]; reserves: unknown[] }

export interface DutyList { items: DutyView[]; next?: string | null }

export interface DutyView { id: string; rule: string; law: string; title: string; tender_id: string; subject: Record<string, unknown>; by: Role; organization_id: string | null; since: string; due: string; done_at: string | null; overdue: boolean }

export interface ElectionView { round: number; candidates: number[]; voted: number[] }

export interface EligibilityAnswer { items: ObstacleView[] }

export interface EnquiryView { number: number; bid: number; template: string; question: string; asked_at: string; due_at: string; answer: string | null; lapsed: boolean }

export interface EntryView { seq: number; kind: string; body: Record<string, unknown>; at: string; head: string }

export interface Envelope { data: string; encrypt: string; nonceStr: string; timeStamp: string; sign: string }

export interface EnvelopeContainers { qualification?: string | null; technical?: string | null; price?: string | null }

export interface EnvelopeUploads { qualification?: string | null; technical?: string | null; price?: string | null }

export interface EvaluationAnswer { room_id: string }

export interface Exceptional { action: "exception"; version?: "v1"; id: string; subject: string; number: number; reason: string }

export interface ExpertAnswer { id: string; person_id: string; name: string; region: string; employer: string; specialities: string[]; experience_years: number; expires_on: string }

export interface ExpertDeclined { action: "expert.declined"; version?: "v1"; id: string; subject: string; number: number; place: number; reason: string }

export interface ExpertDrawn { action: "expert.drawn"; version?: "v1"; id: string; subject: string; number: number; place: number; venue: string; speciality: string; begins_at: string; respond_until: string }

export interface ExpertFeeList { items: ExpertFeeView[]; total_fen: number }

export interface ExpertFeeView { tender_id: string; seat: number; begins_at: string; ends_at: string; rule: string; base_fen: number; overtime_fen: number; travel_fen: number; total_fen: number }

export interface ExpertNamed { action: "expert.named"; version?: "v1"; id: string; subject: string; number: number; place: number; expert: SharedExpert; salt: string; password_hash: string }

export interface ExpertPage { items: ExpertAnswer[]; next: string | null }

export interface ExpertRequestAnswer { id: string; partner_id: string; needs: SharedNeed[]; offered: number | null }

export interface ExpertRequestList { items: ExpertRequestAnswer[] }

export interface FactsAnswer { facts: Record<string, unknown>; digest: string }

export interface FaultAnswer { whose: string; proved: boolean; kind: string; cause: string }

export interface FeedEntryView { position: number; tender_id: string; seq: number; kind: string; at: string; ocid: string; release: string | null }

export interface FeedPage { entries: FeedEntryView[]; next: number; more: boolean }

export interface FigureView { fen: number; exact_fen: string; formula: string }

export interface FileKeys { qualification?: string | null; technical?: string | null; price?: string | null }

export interface Finding { number: number; check: string; severity: string; seat: number | null; bid: number; criterion: string; message_zh: string; message_en: string }

export interface FindingAnswered { kind: "finding.answered"; room_id: string; finding: number; seat: number; reason: string; points: string | null }

export interface FindingList { findings: Record<string, unknown>[]; overridden: string[] }

export interface FindingView { finding: Record<string, unknown> }

export interface FollowUp { id: string; tender_id: string; tender_number: string; tender_title: string; service: Service; level: Level; comment: string; role: Role; organization_name: string | null; at: string; due: string; overdue: boolean; settled_at: string | null; note: string }

export interface FollowUpList { items: FollowUp[] }

export type Following = "next_candidate" | "re_tender";

export interface FreeAnswer { room_seats: number; scattered_seats: number }

export interface FreeVenue { venue: string; region: string; room_seats: number; scattered_seats: number }

export interface Gap { opened: MediaGapOpened; over?: boolean; continued?: MediaContinued | null }

export interface GuarantorAnswer { id: string; organization_id: string; name: string; public_key: string; live: boolean; family: "gm_json" | "signed_http" | "xml"; kind: "bank" | "guarantee_company" | "insurer" }

export interface GuarantorList { items: GuarantorAnswer[]; platform_key: string; platform_gm_key: string }

export type HallPhase = "closed" | "closing" | "confirm" | "draw" | "objections" | "record" | "rehearsal" | "reveal" | "sign_in" | "unlock" | "waiting";

export interface HallView { kind: "hall"; tender_id: string; phase: string; suspended: boolean; on_air: boolean }

export interface HeldTender { tender_id: string; number: string; title: string; status: string; deadline: string; holder: number; announced: boolean; canaries: number[] }

export interface HeldTenders { items: HeldTender[] }

export interface IdentityList { items: IdentityView[] }

export interface IdentityView { seat: number; standing: tendering_domain_identities_Standing }

export interface ImportAnswer { taken: number; refused: RowRefusalView[] }

export interface InvitationCounts { invited: number; accepted: number; declined: number; lapsed: number; vacant: number; ended: number }

export interface InvitationList { items: InvitationView[] }

export type InvitationStatus = "accepted" | "declined" | "invited" | "lapsed";

export interface InvitationView { id: string; venue: string; speciality: string; begins_at: string; respond_until: string; status: InvitationStatus; tender_id: string | null }

export interface IssuedAnswer { kind: DocumentKind; lot: string; number: string; digest: string; signatories: SignatoryAnswer[]; issued_at: string; completed_at: string | null; edition?: number; void_at?: string | null }

export interface IssuedCertificate { serial: string; certificate: string; chain: string[] }

export interface IssuedLine { order_id: string; policy_number: string; amount_fen: number; premium_fen: number }

export interface IssuedList { items: IssuedAnswer[] }

export interface JournalPage { entries: EntryView[] }

export interface JumpAnswer { before: string; now: string; reason: string }

export interface Leak { number: number; file: number; page: number; kind: string; about: string; excerpt: string }

export interface LeakDecided { kind: "blind.decided"; room_id: string; number: number; by: string; shown: boolean; reason: string }

export interface LeakView { bid: number; leak: Leak; decision: LeakDecided | null }

export type Level = "bad" | "fair" | "good" | "very_bad" | "very_good";

export interface LikenessView { digest: string; made_at: string; report: Record<string, unknown> }

export interface LogEvidence { checkpoint: string; time_stamps: Record<string, string> }

export interface LotBillView { bill: Record<string, unknown> | null }

export interface LotOpening { lot: string; phase: string; opened_at: string; unlock_until: string; bids: BidRow[]; session: number; kinds: string[] }

export interface LotResultAnswer { lot: string; candidates: CandidateAnswer[]; publicity_from: string; publicity_until: string; report_digest: string; award: AwardAnswer | null; revoked?: RevokedAwardAnswer[] }

export interface LotView { lot: string; title: string; estimate_fen: number; ceiling_price_fen: number; bid_security_fen: number; items: unknown[]; bill: Record<string, unknown> | null }

export interface Mark { bid: number; criterion: string; points: string }

export interface MatterAnswer { id: string; kind: string; state: string; asked_at: string; reason: string; cover_fen?: number | null; cover_until?: string | null; amount_fen?: number | null; due_at?: string | null; settled_at?: string | null }

export interface Me { person: PersonAnswer; organization: OrganizationAnswer; role: Role; roles: Role[]; csrf_token: string }

export interface MediaContinued { kind: "media.continued"; room_id: string; gap: number; by: string; reason: string }

export interface MediaGapOpened { kind: "media.gap_opened"; room_id: string; gap: number; seat: number; why: Why; since: string }

export interface MessageList { items: MessageView[]; next: string | null }

export interface MessageView { id: string; tender_id: string; tender_number: string; tender_title: string; kind: string; zh: string; en: string; at: string; read_at: string | null }

export interface MethodExample { name: string; method: Record<string, unknown>; bids: Record<string, unknown> }

export interface MethodExamples { items: MethodExample[] }

export type Mode = "local" | "one_to_many" | "one_to_one" | "scattered";

export interface MonthFigures { month: string; figures: SecurityFigures }

export interface Motion { made: MotionMade; votes?: MotionVoted[]; decided?: MotionDecided | null }

export interface MotionDecided { kind: "motion.decided"; room_id: string; motion: number; agreed: number[]; dissents: Dissent[]; carried: boolean }

export interface MotionMade { kind: "motion.made"; room_id: string; motion: number; seat: number; about: string; bid: number; clause: string; text: string; evidence: string; phase: string; template?: string; minutes?: number }

export interface MotionVoted { kind: "motion.voted"; room_id: string; motion: number; seat: number; agree: boolean; reason: string }

export interface NeedBody { venue: string; region: string; speciality: string; seats: number; reserves?: number }

export interface NewAdministrator { name: string; login: string; password: string }

export interface Notice { id: string; order_id: string; state: "agreed" | "awaiting_premium" | "declined" | "issued" | "paid" | "refused" | "under_review" | "underwriting"; premium_fen?: number | null; policy?: Record<string, unknown> | null; matter_id?: string | null; amount_fen?: number | null; reason?: string }

export interface NoticeAnswer { order_id: string; state: string; reason: string }

export interface Notify { action: "notify"; version?: "v1"; id: string; subject: string; number: number; status: "confirmed" | "declined"; reason?: string; workstations?: OfferedWorkstation[] }

export interface ObjectionList { items: ObjectionView[] }

export interface ObjectionView { id: string; kind: string; subject: string; lot: string; objector: string | null; text: string | null; received_at: string; late: boolean; pauses: boolean; reply: ReplyView | null; reply_due?: string | null; complain_until?: string | null }

export interface ObjectiveBody { bidder_id: string; criterion: string; points: string; basis: string }

export interface ObjectiveMark { bid: number; criterion: string; points: string; basis: string }

export type Obstacle = "experience" | "region" | "removed" | "speciality" | "suspended" | "term";

export interface ObstacleView { obstacle: Obstacle; law: string }

export interface OfferExperts { action: "experts.offer"; version?: "v1"; id: string; subject: string; number: number; places: OfferedPlace[]; reason?: string }

export interface OfferedPlace { commitment: string; needs: number[] }

export interface OfferedWorkstation { room: string; label: string; token_sha256: string }

export interface OpeningView { status: string; lots: LotOpening[] }

export interface OperatorBody { site: string; name: string; person_id: string }

export interface OrderAnswer { id: string; tender_id: string; lot: string; guarantor_id: string; state: string; cover_fen: number; cover_until: string; ordered_at: string; reason: string; premium_fen?: number | null; policy_number?: string | null; insured_fen?: number | null; insured_until?: string | null; matters?: MatterAnswer[]; history?: OrderStepAnswer[]; payments?: PaymentAnswer[] }

export interface OrderList { items: OrderAnswer[] }

export interface OrderStepAnswer { state: string; at: string; reason: string }

export interface OrganizationAnswer { id: string; uscc: string; name: string; roles: Role[] }

export interface OutcomeAnswer { digest: string; outcome: Record<string, unknown> }

export interface OverrideList { items: Record<string, unknown>[] }

export interface OverrideView { override: Record<string, unknown> }

export interface OwnBid { lot: string; counter: number; status: string; received_at: string; manifest_digest: string; receipt: Record<string, unknown>; seal_again: boolean }

export interface OwnBids { items: OwnBid[] }

export interface OwnEnquiry { enquiry: string; lot: string; question: string; asked_at: string; due_at: string; text: string | null; lapsed: boolean }

export interface OwnEnquiryList { items: OwnEnquiry[] }

export interface OwnEnvelope { kind: string; recipient: string; context: string; header: string }

export interface OwnHeaderList { items: OwnHeaders[] }

export interface OwnHeaders { lot: string; counter: number; envelopes: OwnEnvelope[] }

export interface OwnInvitation { tender_id: string; number: string; title: string; deadline: string; lot: string; answer: string }

export interface OwnInvitations { items: OwnInvitation[] }

export interface OwnRating { service: Service; level: Level | null }

export interface OwnRatings { items: OwnRating[] }

export interface OwnRejectionAnswer { item: string; law: string; reasons: string[] }

export interface OwnResultAnswer { lot: string; won: boolean; winner_name: string; price_fen: number; rank: number | null; points: Record<string, string>; rejection: OwnRejectionAnswer | null }

export interface OwnTenderList { items: OwnTenderView[] }

export interface OwnTenderView { tender_id: string; number: string; title: string; status: string; deadline: string; unconfirmed: number }

export interface PageShown { kind: "page.shown"; room_id: string; number: number; seat: number; bid: number; part: string; file: number; page: number; criterion: string; text: string }

export interface ParticipantList { items: ParticipantView[] }

export interface ParticipantView { lot: string; organization_id: string; name: string; answer: string }

export interface ParticipationView { documents_at: string | null; confirmed: number[] }

export interface PartnerAnswer { id: string; organization_id: string; endpoint: string; public_key: string }

export interface PartnerList { items: PartnerAnswer[]; platform_key: string }

export interface PartnerMessageList { items: PartnerMessageView[] }

export interface PartnerMessageView { id: string; direction: string; subject: string; number: number; action: string; at: string; attempts: number; delivered_at: string | null; dead_at: string | null; last_error: string }

export interface PartyView { name: string; independent: boolean }

export interface PassedOverBody { bid: string; cause: "abandoned" | "force_majeure" | "no_performance_security" | "unlawful_conduct"; evidence: string }

export interface PasskeyAnswer { credential_id: string; name: string }

export interface PasskeyItem { credential_id: string; name: string; created_at: string }

export interface PasskeyList { items: PasskeyItem[] }

export interface PasskeyOptions { public_key: Record<string, unknown> }

export interface PaymentAnswer { id: string; kind: string; state: string; amount_fen: number; asked_at: string; pay_url: string; reason: string; reference: string; paid_fen?: number | null; settled_at?: string | null }

export interface PaymentNoted { payment_id: string; state: string; reason: string }

export interface PaymentNotice { id: string; payment_id: string; kind: "premium" | "refund"; state: "failed" | "succeeded"; amount: number; unit: "fen"; reference: string; at: string; reason?: string }

export interface PaymentProviderAnswer { id: string; name: string; endpoint: string }

export interface PeopleList { items: PersonAnswer[]; authorizations: AuthorizationAnswer[] }

export interface PerformanceBody { form: PerformanceForm; amount_fen: number }

export type PerformanceForm = "bank_guarantee" | "cash" | "guarantee_insurance";

export interface PersonAnswer { id: string; name: string; login: string; is_administrator: boolean; left_at?: string | null }

export type Phase = "chair" | "checks" | "clarification" | "closed" | "preliminary" | "preparation" | "price" | "report" | "signing" | "technical" | "totals" | "void";

export interface PlatformAnswer { name: string; mode: "demonstration" | "normal"; notices: string[]; certifiers: PartyView[]; witnesses: PartyView[]; quorum: number; authorities: PartyView[] }

export interface PolicyFileAnswer { sha256: string; accepted: boolean }

export interface PostAcceptance { accepted: boolean; suspends: boolean; text: string; statement: Record<string, unknown> }

export interface PostAnnouncement { text: string }

export interface PostApproval { conformance_sha256?: string | null }

export interface PostArchive { retention?: "permanent" | "ten_years" | "thirty_years" }

export interface PostAuthorization { role: Role; valid_until?: string | null }

export interface PostAward { lot: string; chosen?: string | null; passed_over?: PassedOverBody[]; reasons?: string }

export interface PostBid { lot: string; counter: number; manifest: Record<string, unknown>; uploads?: EnvelopeUploads | null; containers?: EnvelopeContainers | null }

export interface PostBillReading { rows: string[][] }

export interface PostBooking { venue_id: string; seats: number; begins_at: string; ends_at: string; scattered?: boolean; contact?: string }

export interface PostBookingStep { step: BookingStep; reason?: string }

export interface PostCanaryAnswer { canary: number; answer: string; statement: Record<string, unknown> }

export interface PostCancellation { reason: string }

export interface PostCandidates { lot: string }

export interface PostCertificate { request: string }

export interface PostCheckIn { statements: Record<string, unknown>[] }

export interface PostClarification { text: string; affects_bids: boolean; statement: Record<string, unknown>; deadline?: string | null; brings?: string[]; removes?: string[] }

export interface PostClearing { lot: string }

export interface PostComplaint { objection_id: string; text: string; statement: Record<string, unknown> }

export interface PostConduct { kind: ConductKind; begins_on: string; basis: string; ends_on?: string | null }

export interface PostConsent { lot: string; reason: string }

export interface PostContract { lot: string; price_fen: number; text_digest: string; duration_days?: number | null; quality?: string; project_manager?: string; performance?: PerformanceBody | null }

export interface PostContractStep { lot: string; step: ContractStep; reference: string }

export interface PostCorrection { lot: string; error: "abnormal_score" | "objective_differs" | "out_of_range" | "sum"; text: string }

export interface PostDeposit { lot: string; bidder_uscc: string; amount_fen: number; account: string; basic_account: boolean; reference: string }

export interface PostDeskCheck { code: string; document_matches: boolean; score?: number | null }

export interface PostDraw { call?: CallBody | null }

export interface PostEnquiryAnswer { text: string; statement: Record<string, unknown> }

export interface PostEvaluation { lot: string }

export interface PostEvaluationRoom { lot: string; recorded_by_venue?: boolean }

export interface PostExpert { person_id: string; name: string; region: string; employer: string; specialities: string[]; experience_years: number; expires_on: string; employer_uscc?: string | null; relations?: RelationBody[] }

export interface PostExpertFee { seat: number; begins_at: string; ends_at: string }

export interface PostExpertImport { rows: Record<string, string>[]; check_only?: boolean }

export interface PostExpertRequest { partner_id: string; needs: SharedNeed[] }

export interface PostExtension { lot: string; unlock_until: string; reason: string }

export interface PostFileKeys { lot: string; file_keys: FileKeys; statement: Record<string, unknown> }

export interface PostFindingDecision { accepted: boolean; reason?: string }

export interface PostGuarantor { name: string; organization_id: string; endpoint: string; public_key: string; family?: "gm_json" | "signed_http" | "xml"; kind?: "bank" | "guarantee_company" | "insurer"; payee_account?: string }

export interface PostGuarantorKey { public_key: string; overlap_hours: number }

export interface PostHallPhase { to: HallPhase }

export interface PostIdentityDecision { approved: boolean; reason: string }

export interface PostImage { code: string; image: string }

export interface PostImageConsent { purpose: string; days: number }

export interface PostInvitations { lot: string; organization_ids: string[] }

export interface PostIssued { kind: "clarification" | "notice" | "result" | "termination"; lot?: string | null }

export interface PostKept { lot: string; bidder_id: string; cause: "conditions_added" | "contract_refused" | "no_performance_security" | "revoked"; evidence: string }

export interface PostKeyAnnouncement { public_key: string; announcement: Record<string, unknown> }

export interface PostKeyDestruction { statement: Record<string, unknown> }

export interface PostKeyHolderReplacement { number: number; organization_id: string; reason: string; statement: Record<string, unknown> }

export interface PostLeakDecision { shown: boolean; reason: string }

export interface PostNextRound { title: string; description: string; deadline: string; method: Record<string, unknown>; committee: Record<string, unknown> }

export interface PostObjection { subject: "evaluation_result" | "opening" | "tender_documents"; text: string; statement: Record<string, unknown>; kind?: "enquiry" | "objection"; lot?: string }

export interface PostObjectiveMark { bid: number; criterion: string; points: string; basis: string; reason: string }

export interface PostOpeningRecord { lot: string }

export interface PostOrder { tender_id: string; lot: string; guarantor_id: string }

export interface PostOrganization { uscc: string; name: string; person: NewAdministrator; role?: Role }

export interface PostOrganizationRole { role: Role }

export interface PostOverride { rule: string; reason: string }

export interface PostPartner { organization_id: string; endpoint: string; public_key: string }

export interface PostPasskey { name: string; credential: Record<string, unknown> }

export interface PostPasskeySession { credential: Record<string, unknown>; role?: Role | null }

export interface PostPaymentProvider { name: string; endpoint: string; public_key: string }

export interface PostPerson { name: string; login: string; password: string; roles: Role[]; is_administrator?: boolean }

export interface PostPhase { to: Phase }

export interface PostPool { needs: NeedBody[]; representatives?: number }

export interface PostPreparation { certificate: string; chain?: string[] }

export interface PostPriceAnswer { bid: number; confirmed: boolean; basis: string; point_misplaced?: boolean }

export interface PostPriceExplanation { bid: number; minutes: number; explanation?: string }

export interface PostProject { name: string; region: string; approval: Approval; approval_number: string; approved_by: string; approved_on: string; investment_fen: number; code?: string; procuring_entity_id?: string | null }

export interface PostPublication { statement: Record<string, unknown> }

export interface PostQualification { lot: string; verdicts: QualificationVerdict[] }

export interface PostQuestion { text: string }

export interface PostQuotes { tender_id: string; lot: string }

export interface PostRating { service: Service; level: Level; comment?: string }

export interface PostReason { reason: string }

export interface PostReconciliation { guarantor_id: string; day: string; issued: IssuedLine[]; payments: ReceivedLine[] }

export interface PostRefusal { seat: number; basis: string }

export interface PostRehearsal { lot: string; container: string; recipient: string; statement: Record<string, unknown> }

export interface PostRehearsalUnlock { lot: string; container: string; recipient: string; received_at: string; signature: string; file_key: string }

export interface PostReply { outcome: "not_upheld" | "upheld"; text: string; statement: Record<string, unknown> }

export interface PostReport { lot: string; reference: string }

export interface PostResumption { lot: string }

export interface PostRetender { deadline: string }

export interface PostReturn { lot: string; bidder_id: string; reference: string; deposit_rate_percent: string; lending_base_rate_percent: string }

export interface PostRoom { lot: string; opens_at: string; closes_at: string; blind?: boolean; outlier_percent?: number; items?: ReviewItemBody[] | null; objective?: ObjectiveBody[]; operators?: OperatorBody[]; recorded_by_venue?: boolean }

export interface PostRuling { remedy: "award_void" | "correct" | "re_evaluate" | "re_evaluate_anew" | "re_tender" | "rejected"; text: string; statement: Record<string, unknown> }

export interface PostScore { method: Record<string, unknown>; bids: Record<string, unknown> }

export interface PostSession { login: string; password: string; role?: Role | null }

export interface PostSessionRole { role: Role }

export interface PostShareAnswer { share: boolean; reason?: string }

export interface PostShareRefusal { lot: string; bidder_id: string; reason: "key-lost" | "record-unusable"; statement: Record<string, unknown> }

export interface PostSharedSeatAnswer { accept: boolean; reason?: string; password?: string | null }

export interface PostShares { lot: string; bidder_id: string; shares: FileKeys }

export interface PostShortfall { lot: string; decision: Decision; reason: string }

export interface PostSignature { preparation: string; signature: string }

export interface PostSiteLink { site: string; key: string }

export interface PostSketch { regime: "construction" | "government_procurement"; region: string; procedure?: string; circumstances?: CircumstancesBody; title?: string; description?: string; lots?: SketchLot[]; method?: Record<string, unknown>; committee?: Record<string, unknown>; bid_validity_days?: number; unlock_minutes?: number; drain_seconds?: number; planned?: Record<string, string> }

export interface PostTender { title: string; description: string; regime: "construction" | "government_procurement"; region: string; supervisor_id: string; lots: tendering_api_tenders_LotBody[]; threshold: number; key_holder_ids: string[]; method: Record<string, unknown>; committee: Record<string, unknown>; bid_validity_days: number; unlock_minutes: number; drain_seconds: number; deadline: string; procuring_entity_id?: string | null; agency_id?: string | null; project_id?: string | null; source?: Record<string, unknown>; suite?: "age-v1-mlkem768x25519" | "age-v1-x25519" | "gm-sm2-sm3-sm4"; procedure?: string; circumstances?: CircumstancesBody }

export interface PostTermination { cause: "force_majeure" | "other" | "over_budget" | "task_cancelled" | "unlawful_conduct"; text: string; statement: Record<string, unknown> }

export interface PostUnlock { lot: string; file_keys: FileKeys }

export interface PostUpload { size_bytes: number }

export interface PostValidityAnswer { accepts: boolean; statement: Record<string, unknown> }

export interface PostValidityExtension { lot: string; days: number; respond_until: string; reason: string; statement: Record<string, unknown> }

export interface PostVenue { organization_id: string; name: string; region: string; has_desk?: boolean }

export interface PostWaiver { place: number; reason: string }

export interface PostWorkstation { room: string; label: string; token_sha256: string }

export interface PreparationAnswer { id: string; attributes: string }

export interface PriceAnswered { kind: "price.answered"; room_id: string; bid: number; confirmed: boolean; point_misplaced: boolean; basis: string }

export interface PriceExplained { kind: "price.explained"; room_id: string; bid: number; explanation: string; minutes: number }

export interface Problem { type: string; title: string; status: number; code: string; detail?: string; parameters?: Record<string, unknown>; request_id?: string }

export interface ProcedureGroup { name: string; figures: ProcedureSums }

export interface ProcedureStatistics { year: number; total: ProcedureSums; months: ProcedureGroup[]; procedures: ProcedureGroup[]; sites: SiteFigures[] }

export interface ProcedureSums { evaluations: number; remote: number; sites: number; awards: number; preparing_days: string | null; evaluating_days: string | null; deciding_days: string | null; whole_days: string | null }

export interface ProjectFigures { number: string; title: string; opened_at: string; figures: SecurityFigures }

export interface ProjectList { items: ProjectView[] }

export interface ProjectView { id: string; procuring_entity_id: string; name: string; region: string; approval: Approval; approval_number: string; approved_by: string; approved_on: string; code: string; investment_fen: number }

export interface PutDocument { upload: string; media_type: string }

export interface PutFirstPassword { password: string }

export interface PutLotBill { document: string | null; terms?: Record<string, unknown> }

export interface PutPassword { current: string; new: string }

export interface PutTender { title: string; description: string; deadline: string; method: Record<string, unknown>; committee: Record<string, unknown>; lots?: tendering_api_tenders_LotBody[] | null; region?: string | null; circumstances?: CircumstancesBody | null; bid_validity_days?: number | null; unlock_minutes?: number | null }

export interface PutWebhook { url: string }

export interface PutWishes { email: string; muted?: string[] }

export interface QualificationVerdict { bidder_id: string; passes: boolean; reason?: string }

export interface Query { begins_at?: string | null; ends_at?: string | null; subject?: string | null }

export interface QueryAnswer { venues?: FreeVenue[]; status?: string }

export interface QuestionList { items: QuestionView[] }

export interface QuestionView { id: string; text: string; asked_at: string }

export interface QuoteAnswer { guarantor_id: string; name: string; premium_fen: number; issued?: number; issue_seconds?: number | null; claims?: number; claims_paid?: number }

export interface QuoteList { items: QuoteAnswer[] }

export interface RatingTotals { items: ServiceTotals[] }

export interface ReceiptView { organization_id: string; organization: string; confirmed_at: string }

export interface ReceivedLine { reference: string; order_id: string; kind: "premium" | "refund"; amount_fen: number }

export interface ReconciliationAnswer { orders: number; discrepancies: number }

export interface RegistrationAnswer { organization_id: string; person_id: string }

export interface RehearsalReceipt { digest: string; received_at: string; key: string; signature: string; certificate_serial: string; certificate_not_after: string }

export interface RehearsalVerdict { rederives: boolean; digest: string; plaintext_digest: string }

export interface RelationBody { kind: RelationKind; uscc?: string | null; until?: string | null; project?: string | null }

export type RelationKind = "director" | "drafted" | "economic_interest" | "employment" | "punished" | "relative" | "shareholder" | "supervises";

export type ReleaseCase = "deemed_withdrawn" | "failed" | "loser" | "no_bid" | "terminated" | "validity_refused" | "winner" | "withdrawn";

export interface Remedy { lot: string; bidder_id: string; counter: number; envelopes: RemedyEnvelope[]; policy_version: number; session: number }

export interface RemedyEnvelope { kind: string; context: string; header: string }

export interface RemedyList { items: Remedy[] }

export interface ReplyView { outcome: string; text: string; answered_at: string }

export interface ReportRefused { kind: "report.refused"; room_id: string; seat: number; basis: string }

export interface ResultList { items: LotResultAnswer[] }

export interface ReturnView { interest: FigureView; late_charge: FigureView; days_late: number }

export interface RevealStep { step: "reveal"; file_key: string }

export interface ReviewItem { id: string; part: string; title: string; law: string }

export interface ReviewItemBody { id: string; part: "form" | "qualification" | "response"; title: string; law?: string }

export interface RevokedAwardAnswer { winner: CandidateAnswer; notified_at: string; revoked_at: string; cause: string; following: string; reasons: string }

export type Role = "agency" | "bidder" | "expert" | "insurer" | "key_holder" | "operator" | "procuring_entity" | "public" | "supervisor" | "venue_operator";

export interface RoomAnswer { standing: StandingView; room: RoomView | HallView }

export interface RoomOpenedAnswer { id: string; seq: number }

export interface RoomPaused { kind: "room.paused"; room_id: string; number: number; by: string; reason: string; since: string; gap?: number }

export interface RoomSummary { id: string; kind: string; lot: string | null; phase: string }

export interface RoomView { kind: "evaluation"; id: string; tender_id: string; lot: string; phase: string; blind: boolean; opens_at: string; closes_at: string; method: Record<string, unknown>; items: ReviewItem[]; seats: SeatView[]; bids: BidView[]; chair: number | null; election: ElectionView; votes: VoteView[]; sheets: Sheet[]; revealed: boolean; objective: ObjectiveMark[]; objective_answers: Answer[]; price_answers: PriceAnswered[]; explanations: PriceExplained[]; price: Record<string, unknown> | null; totals: Record<string, unknown> | null; findings: Finding[]; finding_answers: FindingAnswered[]; report_digest: string | null; report_answers: Answer[]; report_refusals: ReportRefused[]; motions: Motion[]; enquiries: EnquiryView[]; standstill: Standstill | null; step_back: StepBack | null; recording: string; cameras: number[]; gaps: Gap[]; released: boolean; leaks: LeakView[]; short_of_time: number[]; pages: PageShown[] }

export interface RoomsAnswer { items: RoomSummary[] }

export type RowFault = "day" | "in_pool" | "missing" | "no_account" | "over" | "region" | "specialities" | "text" | "twice" | "uscc" | "years";

export interface RowRefusalView { row: number; column: string; fault: RowFault }

export interface RulingView { remedy: string; text: string; ruled_at: string }

export interface ScoreAnswer { scores: Record<string, unknown> }

export interface SealStep { step: "seal"; container: string; recipient: string; statement: Record<string, unknown> }

export interface SeatView { number: number; role: string; site: string; name: string; checked_in: boolean; recused: boolean; locked: boolean; votes: number; marks: number }

export interface SecurityFigures { projects: number; bidders: number; by_insurance: number; by_bank: number; by_cash: number; share_percent: string; spared_fen: number; spared_wan_yuan: string; issue_seconds: number | null; claims: number; claimed_fen: number; paid_fen: number }

export type SecurityForm = "bank_guarantee" | "cash" | "guarantee_insurance";

export interface SecurityList { items: SecurityView[] }

export interface SecurityStatistics { year: number; guarantors_applied: number; guarantors_live: number; total: SecurityFigures; months: MonthFigures[]; projects: ProjectFigures[] }

export interface SecurityView { lot: string; bidder_id: string; form: SecurityForm; amount_fen: number; valid_until: string; reference: string; release_case: ReleaseCase | null; due: string | null; released_at: string | null; kept_because: string; same_payer_as: string[] }

export type Service = "bid_submitted" | "contract_signed" | "evaluation_done" | "notice_published" | "opening_attended";

export interface ServiceTotals { service: Service; very_good: number; good: number; fair: number; bad: number; very_bad: number }

export interface SessionAnswer { token: string; csrf_token: string; actor: ActorAnswer; expires_in_seconds: number }

export interface SessionItem { id: string; role: Role; begun_at: string; expires_at: string; is_this: boolean }

export interface SessionList { items: SessionItem[] }

export interface ShareList { items: ShareView[] }

export interface ShareStep { step: "share"; organization_id: string; share: string }

export interface ShareView { id: string; partner_id: string; needs: SharedNeed[]; asked_at: string; status: string; offered: number; drawn: number; accepted: number }

export interface SharedExpert { id: string; name: string; region: string; employer: string; employer_uscc: string; specialities: string[] }

export interface SharedNeed { speciality: string; region: string; seats: number }

export interface SharedSeatList { items: SharedSeatView[] }

export interface SharedSeatView { share_id: string; place: number; status: string; venue: string; speciality: string; begins_at: string | null; respond_until: string | null; login: string }

export interface SharesAnswer { unlocked: boolean }

export interface Sheet { seat: number; marks: Mark[] }

export interface SignatoryAnswer { place: number; organization_id: string; name: string; title: string; signed_at: string | null; waived_because: string | null }

export interface SiteFigures { name: string; evaluations: number; remote: number }

export interface SiteLinkAnswer { host_key: string; seq: number }

export interface SketchAnswer { rulebook: string; earliest_deadline: string; missing: string[]; findings: Record<string, unknown>[]; refused: Record<string, unknown>[]; steps: Record<string, unknown>[]; rules: Record<string, unknown>[] }

export interface SketchLot { lot: string; title?: string; estimate_fen?: number; ceiling_price_fen?: number; bid_security_fen?: number }

export interface StandingAnswer { standing: tendering_domain_identities_Standing }

export interface StandingView { kind: string; viewer: string; seat: number | null }

export interface Standstill { paused: RoomPaused; until?: string | null }

export interface StepBack { proposed: StepBackProposed; agreed?: number[] }

export interface StepBackProposed { kind: "step_back.proposed"; room_id: string; seat: number | null; before: string; to: string; reason: string }

export interface SuspensionView { reason: string; since: string }

export interface TenderPage { items: TenderSummary[]; next: string | null; found: number; more: boolean }

export interface TenderSummary { id: string; number: string; title: string; regime: string; region: string; procedure: string; status: string; procuring_entity: string; procuring_entity_id: string; estimate_fen: number; deadline: string; published_at: string; demonstration: boolean }

export interface TenderView { id: string; number: string; title: string; description: string; regime: string; region: string; round: Record<string, unknown>; previous: Record<string, unknown> | null; status: string; procuring_entity: string; procuring_entity_id: string; agency: string | null; agency_id: string | null; supervisor: string; supervisor_id: string; lots: LotView[]; documents: DocumentView[]; key_policy: Record<string, unknown>; key_announcements: Record<string, unknown>[]; method: Record<string, unknown>; committee: Record<string, unknown>; bid_validity_days: number; unlock_minutes: number; drain_seconds: number; deadline: string; published_at: string | null; timetable: Record<string, unknown>; clarifications: ClarificationView[]; source: Record<string, unknown>; version: number; demonstration: boolean; hall: string; suspension: SuspensionView | null; circumstances: Record<string, unknown> }

export interface TicketAnswer { ticket: string; expires_in_seconds: number }

export interface UnlockAnswer { verdicts: Verdict[] }

export interface Unread { unread: number }

export interface UploadView { id: string; size_bytes: number; part_bytes: number; parts: number; received: number[] }

export interface ValidityExtensionList { items: ValidityExtensionView[] }

export interface ValidityExtensionView { lot: string; number: number; days: number; until: string; respond_until: string; reason: string; accepted: string[]; refused: string[]; silent: string[] }

export interface VenueAnswer { id: string; organization_id: string; name: string; region: string; has_desk: boolean }

export interface VenueList { items: VenueAnswer[] }

export interface VenueOrderList { items: BookingAnswer[] }

export interface Verdict { kind: string; rederives: boolean; plaintext_digest: string }

export interface VoteView { seat: number; bid: number; item: string; passed: boolean; reason: string; evidence: string }

export interface WebhookList { items: WebhookView[] }

export interface WebhookView { id: string; url: string; created_at: string; secret?: string | null }

export type Why = "device" | "left" | "line" | "unnoticed";

export interface WishesView { email: string; muted: string[]; mail_is_sent: boolean; kinds: string[] }

export interface WorkstationAnswer { id: string; room: string; label: string }

export interface WorkstationList { items: WorkstationAnswer[] }

export interface insurance_gateway_api_reconciliations_PostSettlement { resolution: string }

export interface tendering_api_awards_PostRevocation { lot: string; cause: "abandoned" | "force_majeure" | "no_performance_security" | "unlawful_conduct"; evidence: string; following: Following; reasons: string }

export interface tendering_api_bids_PostWithdrawal { lot: string; counter: number; statement: Record<string, unknown> }

export interface tendering_api_certificates_PostRevocation { reason?: "affiliation_changed" | "key_compromise" | "superseded" | "unspecified" }

export interface tendering_api_openings_LotBody { lot: string }

export interface tendering_api_ratings_PostSettlement { note: string }

export interface tendering_api_rounds_PostInvitationAnswer { lot: string; answer: "accepted" | "declined" }

export interface tendering_api_seat_invitations_PostInvitationAnswer { accept: boolean; reason?: string }

export interface tendering_api_tenders_LotBody { lot: string; title: string; estimate_fen: number; ceiling_price_fen: number; bid_security_fen: number; items?: Record<string, unknown>[] }

export interface tendering_api_venues_PostWithdrawal { workstation_id: string; reason: string }

export interface tendering_centre_wire_Standing { subject: string; status: string }

export type tendering_domain_identities_Standing = "approval" | "proved" | "refused" | "retry" | "unchecked";

export interface Doors {
  "GET /archives": { query: { after?: string; limit?: number }; answer: ArchivedList };
  "POST /bills/reading": { body: PostBillReading; answer: BillReading };
  "GET /certificates": { answer: CertificateList };
  "POST /certificates": { body: PostCertificate; answer: IssuedCertificate };
  "GET /certificates/revocations": { answer: Blob };
  "POST /certificates/{serial}/revocation": { path: { serial: string }; body: tendering_api_certificates_PostRevocation; answer: CertificateAnswer };
  "GET /clock": { answer: ClockAnswer };
  "GET /deliveries": { answer: DeliveryList };
  "POST /deliveries/{delivery_id}/replay": { path: { delivery_id: string }; answer: undefined };
  "POST /demonstration/clock/jump": { answer: JumpAnswer };
  "POST /desk/checks": { body: PostDeskCheck; answer: StandingAnswer };
  "POST /desk/images": { body: PostImage; answer: undefined };
  "POST /desk/withdrawals": { body: tendering_api_venues_PostWithdrawal; answer: undefined };
  "GET /duties": { query: { after?: string; limit?: number }; answer: DutyList };
  "GET /expert-fees": { answer: ExpertFeeList };
  "GET /expert-shares": { answer: ShareList };
  "POST /expert-shares/{share_id}/answer": { path: { share_id: string }; body: PostShareAnswer; answer: ShareView };
  "GET /experts": { query: { after?: string; limit?: number }; answer: ExpertPage };
  "POST /experts": { body: PostExpert; answer: ExpertAnswer };
  "POST /experts/import": { body: PostExpertImport; answer: ImportAnswer };
  "GET /experts/{expert_id}/conduct": { path: { expert_id: string }; answer: ConductAnswer };
  "POST /experts/{expert_id}/conduct": { path: { expert_id: string }; body: PostConduct; answer: ConductAnswer };
  "GET /experts/{expert_id}/eligibility": { path: { expert_id: string }; query: { regime: "construction" | "government_procurement"; speciality: string; region?: string }; answer: EligibilityAnswer };
  "POST /insurance/callbacks/{guarantor_id}": { path: { guarantor_id: string }; body: Notice; answer: NoticeAnswer };
  "GET /insurance/console": { answer: ConsoleAnswer };
  "POST /insurance/dead-letters/{message_id}/replay": { path: { message_id: string }; answer: DeadLetterAnswer };
  "GET /insurance/discrepancies": { answer: DiscrepancyList };
  "POST /insurance/discrepancies/{discrepancy_id}/owner": { path: { discrepancy_id: string }; answer: DiscrepancyAnswer };
  "POST /insurance/discrepancies/{discrepancy_id}/settlement": { path: { discrepancy_id: string }; body: insurance_gateway_api_reconciliations_PostSettlement; answer: DiscrepancyAnswer };
  "POST /insurance/gm/{guarantor_id}/{call}": { path: { guarantor_id: string; call: "file" | "matter" | "result" | "status" }; body: Envelope; answer: unknown };
  "GET /insurance/guarantors": { answer: GuarantorList };
  "POST /insurance/guarantors": { body: PostGuarantor; answer: GuarantorAnswer };
  "POST /insurance/guarantors/{guarantor_id}/approval": { path: { guarantor_id: string }; body: PostApproval; answer: undefined };
  "POST /insurance/keys": { body: PostGuarantorKey; answer: undefined };
  "GET /insurance/openapi.json": { answer: Record<string, unknown> };
  "GET /insurance/orders": { query: { tender_id?: string }; answer: OrderList };
  "POST /insurance/orders": { body: PostOrder; answer: OrderAnswer };
  "GET /insurance/orders/{order_id}": { path: { order_id: string }; answer: OrderAnswer };
  "POST /insurance/orders/{order_id}/cancellation": { path: { order_id: string }; answer: OrderAnswer };
  "POST /insurance/orders/{order_id}/payment": { path: { order_id: string }; answer: PaymentAnswer };
  "GET /insurance/orders/{order_id}/policy.pdf": { path: { order_id: string }; answer: Blob };
  "POST /insurance/orders/{order_id}/refund": { path: { order_id: string }; answer: PaymentAnswer };
  "POST /insurance/orders/{order_id}/surrender": { path: { order_id: string }; answer: MatterAnswer };
  "POST /insurance/payment-providers": { body: PostPaymentProvider; answer: PaymentProviderAnswer };
  "POST /insurance/payments/callbacks/{provider_id}": { path: { provider_id: string }; body: PaymentNotice; answer: PaymentNoted };
  "POST /insurance/policies/{guarantor_id}/{order_id}": { path: { guarantor_id: string; order_id: string }; answer: PolicyFileAnswer };
  "POST /insurance/quotes": { body: PostQuotes; answer: QuoteList };
  "POST /insurance/reconciliations": { body: PostReconciliation; answer: ReconciliationAnswer };
  "GET /insurance/statistics": { query: { year: number }; answer: SecurityStatistics };
  "GET /insurance/statistics.csv": { query: { year: number }; answer: Blob };
  "POST /insurance/xml/{guarantor_id}": { path: { guarantor_id: string }; answer: Blob };
  "GET /invitations": { answer: OwnInvitations };
  "GET /key-holder/tenders": { answer: HeldTenders };
  "GET /log/checkpoint": { answer: Blob };
  "GET /log/evidence": { answer: LogEvidence };
  "GET /log/keys": { answer: Record<string, unknown> };
  "GET /log/tile/{level}/{first}/{second}": { path: { level: number; first: string; second: string }; answer: Blob };
  "GET /log/tile/{level}/{first}/{second}/{third}": { path: { level: number; first: string; second: string; third: string }; answer: Blob };
  "GET /log/tile/{level}/{first}/{second}/{third}/{fourth}": { path: { level: number; first: string; second: string; third: string; fourth: string }; answer: Blob };
  "GET /log/tile/{level}/{n}": { path: { level: number; n: string }; answer: Blob };
  "GET /me": { answer: Me };
  "GET /me/passkeys": { answer: PasskeyList };
  "DELETE /me/passkeys/{credential_id}": { path: { credential_id: string }; answer: undefined };
  "PUT /me/password": { body: PutPassword; answer: undefined };
  "GET /me/sessions": { answer: SessionList };
  "DELETE /me/sessions/{session_id}": { path: { session_id: string }; answer: undefined };
  "GET /messages": { query: { before?: string; limit?: number }; answer: MessageList };
  "PUT /messages/read": { answer: undefined };
  "GET /messages/unread": { query: { known?: number; wait_seconds?: number }; answer: Unread };
  "PUT /messages/{message_id}/read": { path: { message_id: string }; answer: undefined };
  "GET /methods/examples": { answer: MethodExamples };
  "POST /methods/score": { body: PostScore; answer: ScoreAnswer };
  "GET /notification-settings": { answer: WishesView };
  "PUT /notification-settings": { body: PutWishes; answer: undefined };
  "GET /open-data/calendar.{form}": { path: { form: "ics" | "json" }; query: { month: string }; answer: unknown };
  "GET /open-data/feed": { query: { after?: number; limit?: number }; answer: FeedPage };
  "GET /open-data/news.{form}": { path: { form: "atom" | "json" }; answer: Blob };
  "GET /open-data/tenders.{form}": { path: { form: "csv" | "xlsx" }; query: { q?: string; status?: "" | "awarded" | "candidates_published" | "continued" | "evaluated" | "evaluating" | "failed" | "opened" | "opening" | "published" | "terminated"; regime?: "" | "construction" | "government_procurement"; region?: string; published_from?: string; published_to?: string }; answer: Blob };
  "GET /open-data/{what}.jsonl.gz": { path: { what: "records" | "releases" }; query: { after?: number }; answer: Blob };
  "POST /organizations": { body: PostOrganization; answer: RegistrationAnswer };
  "POST /organizations/{organization_id}/roles": { path: { organization_id: string }; body: PostOrganizationRole; answer: OrganizationAnswer };
  "GET /own-tenders": { answer: OwnTenderList };
  "GET /partners": { answer: PartnerList };
  "POST /partners": { body: PostPartner; answer: PartnerAnswer };
  "POST /partners/messages": { body: Apply | Change | Cancel | Notify | Exceptional | AskExperts | OfferExperts | ExpertDrawn | ExpertNamed | ExpertDeclined; answer: tendering_centre_wire_Standing };
  "POST /partners/queries": { body: Query; answer: QueryAnswer };
  "GET /partners/{partner_id}/free": { path: { partner_id: string }; query: { begins_at: string; ends_at: string }; answer: QueryAnswer };
  "GET /partners/{partner_id}/messages": { path: { partner_id: string }; answer: PartnerMessageList };
  "POST /partners/{partner_id}/messages/{message_id}/resend": { path: { partner_id: string; message_id: string }; answer: undefined };
  "POST /passkeys": { body: PostPasskey; answer: PasskeyAnswer };
  "POST /passkeys/registration": { answer: PasskeyOptions };
  "GET /people": { answer: PeopleList };
  "POST /people": { body: PostPerson; answer: PersonAnswer };
  "POST /people/{person_id}/authorizations": { path: { person_id: string }; body: PostAuthorization; answer: AuthorizationAnswer };
  "DELETE /people/{person_id}/authorizations/{authorization_id}": { path: { person_id: string; authorization_id: string }; answer: undefined };
  "POST /people/{person_id}/departure": { path: { person_id: string }; answer: undefined };
  "PUT /people/{person_id}/password": { path: { person_id: string }; body: PutFirstPassword; answer: undefined };
  "GET /platform": { answer: PlatformAnswer };
  "GET /projects": { answer: ProjectList };
  "POST /projects": { body: PostProject; answer: ProjectView };
  "GET /ratings/follow-ups": { answer: FollowUpList };
  "GET /ratings/totals": { answer: RatingTotals };
  "POST /ratings/{rating_id}/settlement": { path: { rating_id: string }; body: tendering_api_ratings_PostSettlement; answer: undefined };
  "GET /receipts/{manifest_digest}": { path: { manifest_digest: string }; query: { act?: "bid.submitted" | "bid.withdrawn" }; answer: Record<string, unknown> };
  "GET /rooms/{room_id}": { path: { room_id: string }; answer: RoomAnswer };
  "GET /rooms/{room_id}/bids/{number}/files": { path: { room_id: string; number: number }; answer: BidFileList };
  "GET /rooms/{room_id}/bids/{number}/{kind}/files/{n}": { path: { room_id: string; number: number; kind: "price" | "qualification" | "technical"; n: number }; answer: Blob };
  "POST /rooms/{room_id}/check-in": { path: { room_id: string }; body: PostCheckIn; answer: DoneAnswer };
  "GET /rooms/{room_id}/clearing": { path: { room_id: string }; answer: ClearingReportView };
  "GET /rooms/{room_id}/clearing/document": { path: { room_id: string }; answer: Blob };
  "POST /rooms/{room_id}/leaks/{number}": { path: { room_id: string; number: number }; body: PostLeakDecision; answer: DoneAnswer };
  "GET /rooms/{room_id}/likeness": { path: { room_id: string }; answer: LikenessView };
  "POST /rooms/{room_id}/objective-marks": { path: { room_id: string }; body: PostObjectiveMark; answer: DoneAnswer };
  "GET /rooms/{room_id}/outcome": { path: { room_id: string }; answer: OutcomeAnswer };
  "POST /rooms/{room_id}/pause": { path: { room_id: string }; body: PostReason; answer: DoneAnswer };
  "POST /rooms/{room_id}/phase": { path: { room_id: string }; body: PostPhase; answer: DoneAnswer };
  "POST /rooms/{room_id}/price-answers": { path: { room_id: string }; body: PostPriceAnswer; answer: DoneAnswer };
  "POST /rooms/{room_id}/price-explanations": { path: { room_id: string }; body: PostPriceExplanation; answer: DoneAnswer };
  "POST /rooms/{room_id}/prices": { path: { room_id: string }; answer: DoneAnswer };
  "POST /rooms/{room_id}/refusals": { path: { room_id: string }; body: PostRefusal; answer: DoneAnswer };
  "POST /rooms/{room_id}/resumption": { path: { room_id: string }; answer: DoneAnswer };
  "POST /rooms/{room_id}/seats/{seat}/recusal": { path: { room_id: string; seat: number }; body: PostReason; answer: DoneAnswer };
  "POST /rooms/{room_id}/seats/{seat}/replacement": { path: { room_id: string; seat: number }; body: PostReason; answer: DoneAnswer };
  "POST /rooms/{room_id}/site-links": { path: { room_id: string }; body: PostSiteLink; answer: SiteLinkAnswer };
  "POST /rooms/{room_id}/tickets": { path: { room_id: string }; answer: TicketAnswer };
  "GET /schemas/{name}": { path: { name: "bids-v1" | "method-v1" | "open-data-v1" }; answer: Blob };
  "GET /seat-invitations": { answer: InvitationList };
  "POST /seat-invitations/{invitation_id}/answer": { path: { invitation_id: string }; body: tendering_api_seat_invitations_PostInvitationAnswer; answer: InvitationView };
  "POST /sessions": { body: PostSession; answer: SessionAnswer };
  "DELETE /sessions/current": { answer: undefined };
  "POST /sessions/passkey": { body: PostPasskeySession; answer: SessionAnswer };
  "POST /sessions/passkey-challenge": { answer: PasskeyOptions };
  "POST /sessions/role": { body: PostSessionRole; answer: SessionAnswer };
  "GET /shared-seats": { answer: SharedSeatList };
  "POST /shared-seats/{share_id}/{place}/answer": { path: { share_id: string; place: number }; body: PostSharedSeatAnswer; answer: SharedSeatView };
  "POST /sketches": { body: PostSketch; answer: SketchAnswer };
  "GET /statistics/procedures": { query: { year: number }; answer: ProcedureStatistics };
  "GET /statistics/procedures.csv": { query: { year: number }; answer: Blob };
  "GET /tenders": { query: { q?: string; status?: "" | "awarded" | "candidates_published" | "continued" | "evaluated" | "evaluating" | "failed" | "opened" | "opening" | "published" | "terminated"; regime?: "" | "construction" | "government_procurement"; region?: string; procedure?: string; procuring_entity_id?: string; published_from?: string; published_to?: string; deadline_from?: string; deadline_to?: string; fen_min?: number; fen_max?: number; sort?: "amount" | "deadline" | "newest"; after?: string; limit?: number }; answer: TenderPage };
  "POST /tenders": { body: PostTender; answer: TenderView };
  "GET /tenders/{tender_id}": { path: { tender_id: string }; answer: TenderView };
  "PUT /tenders/{tender_id}": { path: { tender_id: string }; body: PutTender; answer: TenderView };
  "GET /tenders/{tender_id}/archive": { path: { tender_id: string }; query: { edition?: "full" | "public" }; answer: Blob };
  "POST /tenders/{tender_id}/archive": { path: { tender_id: string }; body: PostArchive; answer: IssuedAnswer };
  "POST /tenders/{tender_id}/arrival": { path: { tender_id: string }; answer: ArrivalAnswer };
  "POST /tenders/{tender_id}/award": { path: { tender_id: string }; body: PostAward; answer: ResultList };
  "POST /tenders/{tender_id}/award/revocation": { path: { tender_id: string }; body: tendering_api_awards_PostRevocation; answer: ResultList };
  "GET /tenders/{tender_id}/bid-securities": { path: { tender_id: string }; answer: SecurityList };
  "POST /tenders/{tender_id}/bid-securities/deposits": { path: { tender_id: string }; body: PostDeposit; answer: undefined };
  "POST /tenders/{tender_id}/bid-securities/kept": { path: { tender_id: string }; body: PostKept; answer: undefined };
  "POST /tenders/{tender_id}/bid-securities/returns": { path: { tender_id: string }; body: PostReturn; answer: ReturnView };
  "POST /tenders/{tender_id}/bids": { path: { tender_id: string }; body: PostBid; answer: Record<string, unknown> };
  "GET /tenders/{tender_id}/bids/mine": { path: { tender_id: string }; answer: OwnBids };
  "GET /tenders/{tender_id}/bids/mine/headers": { path: { tender_id: string }; answer: OwnHeaderList };
  "GET /tenders/{tender_id}/bids/mine/{lot}/{counter}/{kind}": { path: { tender_id: string; lot: string; counter: number; kind: "price" | "qualification" | "technical" }; answer: Blob };
  "POST /tenders/{tender_id}/bids/withdrawal": { path: { tender_id: string }; body: tendering_api_bids_PostWithdrawal; answer: Record<string, unknown> };
  "GET /tenders/{tender_id}/calendar.{form}": { path: { tender_id: string; form: "ics" | "json" }; answer: unknown };
  "GET /tenders/{tender_id}/canaries": { path: { tender_id: string }; answer: CanaryList };
  "POST /tenders/{tender_id}/canary-answers": { path: { tender_id: string }; body: PostCanaryAnswer; answer: undefined };
  "POST /tenders/{tender_id}/candidates": { path: { tender_id: string }; body: PostCandidates; answer: ResultList };
  "GET /tenders/{tender_id}/claims": { path: { tender_id: string }; answer: ClaimList };
  "GET /tenders/{tender_id}/clarifications": { path: { tender_id: string }; answer: ClarificationList };
  "POST /tenders/{tender_id}/clarifications": { path: { tender_id: string }; body: PostClarification; answer: ClarificationAnswer };
  "GET /tenders/{tender_id}/clarifications/{number}/receipts": { path: { tender_id: string; number: number }; answer: ClarificationReceiptList };
  "POST /tenders/{tender_id}/clarifications/{number}/receipts": { path: { tender_id: string; number: number }; answer: undefined };
  "GET /tenders/{tender_id}/complaints": { path: { tender_id: string }; answer: ComplaintList };
  "POST /tenders/{tender_id}/complaints": { path: { tender_id: string }; body: PostComplaint; answer: ComplaintView };
  "POST /tenders/{tender_id}/complaints/{complaint_id}/acceptance": { path: { tender_id: string; complaint_id: string }; body: PostAcceptance; answer: undefined };
  "POST /tenders/{tender_id}/complaints/{complaint_id}/ruling": { path: { tender_id: string; complaint_id: string }; body: PostRuling; answer: undefined };
  "GET /tenders/{tender_id}/contracts": { path: { tender_id: string }; answer: ContractList };
  "POST /tenders/{tender_id}/contracts": { path: { tender_id: string }; body: PostContract; answer: ContractList };
  "POST /tenders/{tender_id}/contracts/steps": { path: { tender_id: string }; body: PostContractStep; answer: undefined };
  "GET /tenders/{tender_id}/document-findings": { path: { tender_id: string }; answer: DocumentFindingList };
  "POST /tenders/{tender_id}/document-findings/{finding}/decision": { path: { tender_id: string; finding: string }; body: PostFindingDecision; answer: FindingView };
  "GET /tenders/{tender_id}/document-versions": { path: { tender_id: string }; answer: DocumentVersionList };
  "GET /tenders/{tender_id}/documents/{name}": { path: { tender_id: string; name: string }; query: { version?: number }; answer: Blob };
  "PUT /tenders/{tender_id}/documents/{name}": { path: { tender_id: string; name: string }; body: PutDocument; answer: undefined };
  "GET /tenders/{tender_id}/draw": { path: { tender_id: string }; answer: DrawAnswer };
  "POST /tenders/{tender_id}/draw": { path: { tender_id: string }; body: PostDraw; answer: DrawAnswer };
  "GET /tenders/{tender_id}/draw/answers": { path: { tender_id: string }; answer: InvitationCounts };
  "POST /tenders/{tender_id}/draw/closing": { path: { tender_id: string }; answer: undefined };
  "POST /tenders/{tender_id}/draw/contributions": { path: { tender_id: string }; body: SealStep | RevealStep; answer: undefined };
  "POST /tenders/{tender_id}/draw/pool": { path: { tender_id: string }; body: PostPool; answer: DrawAnswer };
  "POST /tenders/{tender_id}/draw/records": { path: { tender_id: string }; body: CheckStep | ShareStep; answer: undefined };
  "GET /tenders/{tender_id}/duties": { path: { tender_id: string }; answer: DutyList };
  "GET /tenders/{tender_id}/enquiries": { path: { tender_id: string }; answer: OwnEnquiryList };
  "POST /tenders/{tender_id}/enquiries/{enquiry}/answer": { path: { tender_id: string; enquiry: string }; body: PostEnquiryAnswer; answer: undefined };
  "POST /tenders/{tender_id}/evaluation": { path: { tender_id: string }; body: PostEvaluationRoom; answer: EvaluationAnswer };
  "POST /tenders/{tender_id}/evaluation/close": { path: { tender_id: string }; body: PostEvaluation; answer: undefined };
  "POST /tenders/{tender_id}/evaluation/correction": { path: { tender_id: string }; body: PostCorrection; answer: TenderView };
  "POST /tenders/{tender_id}/evaluation/report": { path: { tender_id: string }; body: PostEvaluation; answer: IssuedAnswer };
  "GET /tenders/{tender_id}/expert-fees": { path: { tender_id: string }; answer: ExpertFeeList };
  "POST /tenders/{tender_id}/expert-fees": { path: { tender_id: string }; body: PostExpertFee; answer: ExpertFeeView };
  "GET /tenders/{tender_id}/expert-requests": { path: { tender_id: string }; answer: ExpertRequestList };
  "POST /tenders/{tender_id}/expert-requests": { path: { tender_id: string }; body: PostExpertRequest; answer: ExpertRequestAnswer };
  "GET /tenders/{tender_id}/facts": { path: { tender_id: string }; answer: FactsAnswer };
  "GET /tenders/{tender_id}/findings": { path: { tender_id: string }; answer: FindingList };
  "POST /tenders/{tender_id}/hall/announcements": { path: { tender_id: string }; body: PostAnnouncement; answer: DoneAnswer };
  "POST /tenders/{tender_id}/hall/phases": { path: { tender_id: string }; body: PostHallPhase; answer: DoneAnswer };
  "GET /tenders/{tender_id}/identities": { path: { tender_id: string }; answer: IdentityList };
  "POST /tenders/{tender_id}/identities/{seat}/decision": { path: { tender_id: string; seat: number }; body: PostIdentityDecision; answer: undefined };
  "POST /tenders/{tender_id}/identity/code": { path: { tender_id: string }; answer: CodeAnswer };
  "POST /tenders/{tender_id}/identity/consent": { path: { tender_id: string }; body: PostImageConsent; answer: undefined };
  "POST /tenders/{tender_id}/identity/withdrawal": { path: { tender_id: string }; answer: undefined };
  "POST /tenders/{tender_id}/invitation-answers": { path: { tender_id: string }; body: tendering_api_rounds_PostInvitationAnswer; answer: undefined };
  "POST /tenders/{tender_id}/invitations": { path: { tender_id: string }; body: PostInvitations; answer: ParticipantList };
  "GET /tenders/{tender_id}/issued": { path: { tender_id: string }; answer: IssuedList };
  "POST /tenders/{tender_id}/issued": { path: { tender_id: string }; body: PostIssued; answer: IssuedAnswer };
  "GET /tenders/{tender_id}/issued/{kind}.pdf": { path: { tender_id: string; kind: DocumentKind }; query: { lot?: string; edition?: number }; answer: Blob };
  "POST /tenders/{tender_id}/issued/{kind}/signature-preparations": { path: { tender_id: string; kind: DocumentKind }; query: { lot?: string }; body: PostPreparation; answer: PreparationAnswer };
  "GET /tenders/{tender_id}/issued/{kind}/signature-preparations/{preparation_id}.pdf": { path: { tender_id: string; kind: DocumentKind; preparation_id: string }; query: { lot?: string }; answer: Blob };
  "POST /tenders/{tender_id}/issued/{kind}/signatures": { path: { tender_id: string; kind: DocumentKind }; query: { lot?: string }; body: PostSignature; answer: undefined };
  "POST /tenders/{tender_id}/issued/{kind}/waivers": { path: { tender_id: string; kind: DocumentKind }; query: { lot?: string }; body: PostWaiver; answer: undefined };
  "GET /tenders/{tender_id}/journal/{stream}": { path: { tender_id: string; stream: "committee" | "custody" | "public" }; query: { after?: number; limit?: number }; answer: JournalPage };
  "POST /tenders/{tender_id}/key-announcements": { path: { tender_id: string }; body: PostKeyAnnouncement; answer: undefined };
  "POST /tenders/{tender_id}/key-destructions": { path: { tender_id: string }; body: PostKeyDestruction; answer: undefined };
  "POST /tenders/{tender_id}/key-holder-replacements": { path: { tender_id: string }; body: PostKeyHolderReplacement; answer: undefined };
  "PUT /tenders/{tender_id}/lots/{lot}/bill": { path: { tender_id: string; lot: string }; body: PutLotBill; answer: LotBillView };
  "POST /tenders/{tender_id}/next-round": { path: { tender_id: string }; body: PostNextRound; answer: TenderView };
  "GET /tenders/{tender_id}/objections": { path: { tender_id: string }; answer: ObjectionList };
  "POST /tenders/{tender_id}/objections": { path: { tender_id: string }; body: PostObjection; answer: ObjectionView };
  "POST /tenders/{tender_id}/objections/{objection_id}/reply": { path: { tender_id: string; objection_id: string }; body: PostReply; answer: undefined };
  "GET /tenders/{tender_id}/ocds/record": { path: { tender_id: string }; answer: unknown };
  "GET /tenders/{tender_id}/ocds/releases": { path: { tender_id: string }; answer: unknown };
  "GET /tenders/{tender_id}/opening": { path: { tender_id: string }; answer: OpeningView };
  "POST /tenders/{tender_id}/opening/clearing": { path: { tender_id: string }; body: PostClearing; answer: ClearingAnswer };
  "POST /tenders/{tender_id}/opening/confirmations": { path: { tender_id: string }; body: tendering_api_openings_LotBody; answer: undefined };
  "POST /tenders/{tender_id}/opening/extensions": { path: { tender_id: string }; body: PostExtension; answer: undefined };
  "POST /tenders/{tender_id}/opening/file-keys": { path: { tender_id: string }; body: PostFileKeys; answer: FaultAnswer };
  "POST /tenders/{tender_id}/opening/lost-key": { path: { tender_id: string }; body: tendering_api_openings_LotBody; answer: undefined };
  "POST /tenders/{tender_id}/opening/record": { path: { tender_id: string }; body: PostOpeningRecord; answer: IssuedAnswer };
  "POST /tenders/{tender_id}/opening/rehearsal/sign-in": { path: { tender_id: string }; body: PostRehearsal; answer: RehearsalReceipt };
  "POST /tenders/{tender_id}/opening/rehearsal/unlocks": { path: { tender_id: string }; body: PostRehearsalUnlock; answer: RehearsalVerdict };
  "GET /tenders/{tender_id}/opening/remedies": { path: { tender_id: string }; answer: RemedyList };
  "POST /tenders/{tender_id}/opening/resumption": { path: { tender_id: string }; body: PostResumption; answer: undefined };
  "POST /tenders/{tender_id}/opening/reveal": { path: { tender_id: string }; body: tendering_api_openings_LotBody; answer: undefined };
  "POST /tenders/{tender_id}/opening/share-refusals": { path: { tender_id: string }; body: PostShareRefusal; answer: undefined };
  "POST /tenders/{tender_id}/opening/shares": { path: { tender_id: string }; body: PostShares; answer: SharesAnswer };
  "POST /tenders/{tender_id}/opening/shortfall-consents": { path: { tender_id: string }; body: PostConsent; answer: undefined };
  "POST /tenders/{tender_id}/opening/shortfalls": { path: { tender_id: string }; body: PostShortfall; answer: undefined };
  "POST /tenders/{tender_id}/opening/sign-in": { path: { tender_id: string }; body: tendering_api_openings_LotBody; answer: undefined };
  "POST /tenders/{tender_id}/opening/unlocks": { path: { tender_id: string }; body: PostUnlock; answer: UnlockAnswer };
  "GET /tenders/{tender_id}/overrides": { path: { tender_id: string }; answer: OverrideList };
  "POST /tenders/{tender_id}/overrides": { path: { tender_id: string }; body: PostOverride; answer: OverrideView };
  "POST /tenders/{tender_id}/overrides/{rule}/sight": { path: { tender_id: string; rule: string }; answer: OverrideView };
  "GET /tenders/{tender_id}/participants": { path: { tender_id: string }; answer: ParticipantList };
  "GET /tenders/{tender_id}/participation": { path: { tender_id: string }; answer: ParticipationView };
  "POST /tenders/{tender_id}/publication": { path: { tender_id: string }; body: PostPublication; answer: TenderView };
  "POST /tenders/{tender_id}/qualification": { path: { tender_id: string }; body: PostQualification; answer: TenderView };
  "GET /tenders/{tender_id}/questions": { path: { tender_id: string }; answer: QuestionList };
  "POST /tenders/{tender_id}/questions": { path: { tender_id: string }; body: PostQuestion; answer: QuestionView };
  "POST /tenders/{tender_id}/ratings": { path: { tender_id: string }; body: PostRating; answer: undefined };
  "GET /tenders/{tender_id}/ratings/mine": { path: { tender_id: string }; answer: OwnRatings };
  "GET /tenders/{tender_id}/results": { path: { tender_id: string }; answer: ResultList };
  "GET /tenders/{tender_id}/results/own": { path: { tender_id: string }; query: { lot: string }; answer: OwnResultAnswer };
  "POST /tenders/{tender_id}/retender": { path: { tender_id: string }; body: PostRetender; answer: TenderView };
  "GET /tenders/{tender_id}/rooms": { path: { tender_id: string }; answer: RoomsAnswer };
  "POST /tenders/{tender_id}/rooms": { path: { tender_id: string }; body: PostRoom; answer: RoomOpenedAnswer };
  "GET /tenders/{tender_id}/schedule": { path: { tender_id: string }; answer: CourseAnswer };
  "POST /tenders/{tender_id}/supervisor-reports": { path: { tender_id: string }; body: PostReport; answer: undefined };
  "POST /tenders/{tender_id}/termination": { path: { tender_id: string }; body: PostTermination; answer: TenderView };
  "GET /tenders/{tender_id}/validity-extensions": { path: { tender_id: string }; answer: ValidityExtensionList };
  "POST /tenders/{tender_id}/validity-extensions": { path: { tender_id: string }; body: PostValidityExtension; answer: ValidityExtensionView };
  "POST /tenders/{tender_id}/validity-extensions/{lot}/{number}/answers": { path: { tender_id: string; lot: string; number: number }; body: PostValidityAnswer; answer: undefined };
  "GET /tenders/{tender_id}/venue-bookings": { path: { tender_id: string }; answer: BookingList };
  "POST /tenders/{tender_id}/venue-bookings": { path: { tender_id: string }; body: PostBooking; answer: BookingAnswer };
  "POST /tenders/{tender_id}/venue-bookings/{booking_id}/cancellation": { path: { tender_id: string; booking_id: string }; body: PostCancellation; answer: undefined };
  "GET /tenders/{tender_id}/workbook.xlsx": { path: { tender_id: string }; answer: Blob };
  "POST /tsa": { answer: Blob };
  "POST /uploads": { body: PostUpload; answer: UploadView };
  "GET /uploads/{upload_id}": { path: { upload_id: string }; answer: UploadView };
  "PUT /uploads/{upload_id}/parts/{part}": { path: { upload_id: string; part: number }; query: { root: string }; answer: Blob };
  "GET /venue-bookings": { answer: VenueOrderList };
  "POST /venue-bookings/{booking_id}/steps": { path: { booking_id: string }; body: PostBookingStep; answer: BookingAnswer };
  "GET /venues": { answer: VenueList };
  "POST /venues": { body: PostVenue; answer: VenueAnswer };
  "GET /venues/{venue_id}/free": { path: { venue_id: string }; query: { begins_at: string; ends_at: string }; answer: FreeAnswer };
  "GET /venues/{venue_id}/workstations": { path: { venue_id: string }; answer: WorkstationList };
  "POST /venues/{venue_id}/workstations": { path: { venue_id: string }; body: PostWorkstation; answer: WorkstationAnswer };
  "GET /webhooks": { answer: WebhookList };
  "DELETE /webhooks/{webhook_id}": { path: { webhook_id: string }; answer: undefined };
  "PUT /webhooks/{webhook_id}": { path: { webhook_id: string }; body: PutWebhook; answer: WebhookView };
}
