<?php
// This file is part of Moodle - https://moodle.org/
//
// Moodle is free software: you can redistribute it and/or modify
// it under the terms of the GNU General Public License as published by
// the Free Software Foundation, either version 3 of the License, or
// (at your option) any later version.
//
// Moodle is distributed in the hope that it will be useful,
// but WITHOUT ANY WARRANTY; without even the implied warranty of
// MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.  See the
// GNU General Public License for more details.
//
// You should have received a copy of the GNU General Public License
// along with Moodle.  If not, see <https://www.gnu.org/licenses/>.

namespace mod_lticontainer\local;

use mod_lticontainer\local\exception\service_exception;
use mod_lticontainer\local\exception\service_refused;
use mod_lticontainer\local\exception\service_unavailable;

/**
 * What a fault means for a call that waits, and for those behind it.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
enum verdict {
    // The service has done with the call, though it says no.
    case DONE;

    // Nothing can be sent now.
    case AWAY;

    // It is there, and takes nothing with the site's own token now; requests with tokens of activities go on.
    case SHUT;

    // Either this call is at fault, or nothing can be sent now: that has to be found out.
    case UNCLEAR;

    // It concerns this call alone, and may pass.
    case ALONE;

    // It concerns this call alone, and won't pass.
    case NEVER;

    /** @var string[] Refusals after which the service keeps what was sent, or nobody wants it. */
    private const KEPT = ['recordrejected', 'invalidparameter', 'malformedrequest'];

    /** @var string[] Refusals after which others would be refused as well. */
    private const ALL = ['serviceunavailable', 'busy', 'sitemaintenance'];

    /** @var string[] Refusals of a token, or of what may be done with it. */
    private const OF_TOKENS = [
        'invalidtoken', 'accessexception', 'wsaccessuserdeleted', 'wsaccessuserunconfirmed', 'wsaccessusersuspended',
        'wsaccessusernologin', 'invalidrecord', 'unsupportedmedia', 'methodnotallowed', passing::FORMER_TOKEN,
    ];

    /** @var string[] Reasons for which the service has seen nothing. */
    private const UNSEEN = [service_unavailable::DOWN, service_unavailable::UNRESOLVED, service_unavailable::UNTRUSTED];

    /**
     * Judges a fault.
     *
     * @param service_exception $fault The fault.
     * @param bool $ispassed Whether the call is a request that is handed on, with a token of its own.
     * @return self
     */
    public static function of(service_exception $fault, bool $ispassed): self {
        if ($fault instanceof service_refused) {
            return self::of_refusal($fault->servicecode, $ispassed);
        }
        $isunseen = !$fault instanceof service_unavailable || in_array($fault->reason, self::UNSEEN, true);
        return $isunseen ? self::AWAY : self::UNCLEAR;
    }

    /**
     * Tells whether a fault is known to concern one call alone, without asking anybody.
     *
     * @param service_exception $fault The fault.
     * @param bool $ispassed Whether the call is a request that is handed on, with a token of its own.
     * @return bool
     */
    public static function is_of_one(service_exception $fault, bool $ispassed): bool {
        $verdict = self::of($fault, $ispassed);
        return $verdict === self::ALONE || ($verdict === self::UNCLEAR && $fault instanceof service_refused);
    }

    /**
     * Judges a refusal.
     *
     * @param string $code Its code.
     * @param bool $ispassed Whether the call is a request that is handed on, with a token of its own.
     * @return self
     */
    private static function of_refusal(string $code, bool $ispassed): self {
        // The activity may have yet to be registered, or its token to be made anew.
        $ispatient = $ispassed && $code === passed_answer::UNKNOWN_TOKEN;
        return match (true) {
            in_array($code, self::KEPT, true) => self::DONE,
            in_array($code, self::ALL, true) => self::AWAY,
            $code === service_refused::ON_THE_WAY => self::UNCLEAR,
            $ispatient || !in_array($code, self::OF_TOKENS, true) => self::ALONE,
            default => $ispassed ? self::NEVER : self::SHUT,
        };
    }
}
