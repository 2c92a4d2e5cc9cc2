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

/**
 * Brings the whole site up to date with the service: hosts of instances, registration, system lines.
 *
 * What the service refuses of one course keeps no other from it.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class site_update {
    /**
     * Does it, and says what it has done.
     *
     * @param client $client The service.
     * @return bool Whether what proxies send comes to the service. Where it does not, activities keep the lines that they have.
     * @throws service_exception
     */
    public static function apply(client $client): bool {
        $hosts = host_mapping::apply($client);
        $registered = registration::site($client);
        foreach (refused_activities::lines() as $line) {
            mtrace("Not registered: $line");
        }
        $renewal = new renewal($client);
        $isopen = (bool) self::told(fn(): bool => $renewal->is_way_open());
        if (!$isopen) {
            mtrace(get_string('check_records_wrong_remedy', 'mod_lticontainer'));
        }
        $changed = 0;
        foreach (registration::courses() as $courseid) {
            $changed += self::told(fn(): int => $renewal->course($courseid, true), "Course $courseid: ");
        }
        old_tokens::report();
        mtrace("$hosts instances have got their host, $registered activities are registered, system lines of $changed made anew.");
        return $isopen;
    }

    /**
     * Does a part; where the service refuses it, only says so.
     *
     * @param \Closure $part Does it, and returns a number or a bool.
     * @param string $what What is said before the reason.
     * @return int|bool What it returns; 0 where it is refused.
     * @throws service_exception The service is away.
     */
    public static function told(\Closure $part, string $what = ''): int|bool {
        try {
            return $part();
        } catch (service_refused $fault) {
            mtrace($what . $fault->sentence());
            return 0;
        }
    }
}
