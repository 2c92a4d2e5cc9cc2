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

namespace mod_lticontainer\output;

use mod_lticontainer\local\answer;
use mod_lticontainer\local\instance;
use mod_lticontainer\local\review;
use mod_lticontainer\local\system_lines;
use moodleform;
use renderable;
use renderer_base;
use templatable;

/**
 * A form that changes custom parameters, with what a save would change above it.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class lti implements renderable, templatable {
    /**
     * Constructor.
     */
    public function __construct(
        /** @var instance The instance. */
        private readonly instance $instance,
        /** @var moodleform|null The form; null: it can't be shown. */
        private readonly ?moodleform $form,
        /** @var string Id of the form in the page. */
        private readonly string $formid,
        /** @var review|null What a save would change; null: nothing was typed yet. */
        private readonly ?review $review,
        /** @var answer[] What was found in the text that Moodle keeps. */
        private readonly array $findings,
        /** @var string The text that Moodle keeps; empty: it is not shown. */
        private readonly string $text,
    ) {
    }

    #[\Override]
    public function export_for_template(renderer_base $output): array {
        $revisions = $this->review->revisions ?? [];
        return [
            'hasreview' => $this->review !== null,
            'maysave' => $this->review?->may_be_saved() ?? false,
            'fingerprint' => $this->review?->fingerprint() ?? '',
            'formid' => $this->formid,
            'revisions' => array_map(fn($one) => [
                'name' => $this->instance->plain($one->activity->name),
                'changes' => self::sentences($one->changes),
                'isunchanged' => !$one->has_errors() && !$one->has_changes(),
                'findings' => self::findings($one->findings),
            ], $revisions),
            'findings' => $this->review === null ? self::findings($this->findings) : [],
            'form' => $this->form?->render() ?? '',
            // The token in it would let whoever reads it store records.
            'text' => preg_replace('/^(\s*lms_rpctoken\s*=).*$/m', '$1 ***', $this->text),
        ];
    }

    /**
     * Returns findings as the template takes them.
     *
     * @param answer[] $findings What the service found.
     * @return array[]
     */
    private static function findings(array $findings): array {
        return array_map(fn(answer $finding) => [
            'iserror' => $finding->text('severity') === 'error',
            'sentence' => $finding->worded('sentence'),
        ], $findings);
    }

    /**
     * Returns the sentences of changes. Lines of the system, of which no teacher has heard, have one sentence together.
     *
     * @param answer[] $changes What is different.
     * @return string[]
     */
    private static function sentences(array $changes): array {
        $issystem = fn(answer $change) => in_array($change->text('field'), system_lines::NAMES, true);
        $typed = array_filter($changes, fn(answer $change) => !$issystem($change));
        $sentences = array_map(fn(answer $change) => $change->worded('sentence'), array_values($typed));
        if (count($typed) < count($changes)) {
            $sentences[] = get_string('review_system', 'mod_lticontainer');
        }
        return $sentences;
    }
}
